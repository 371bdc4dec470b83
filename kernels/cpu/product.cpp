#include "kernels/cpu/product.h"

#include <algorithm>

#include "kernels/support/threads.h"

namespace tutti::kernels::cpu {
#ifdef TUTTI_SANITIZED
/// The kernels are built without AddressSanitizer, under which they would take ten times as long;
/// it sees the first and the last float of each row read here.
static void look_at_ends(std::int64_t rows, std::int64_t columns, const float* data,
                         std::int64_t row, std::int64_t column) {
  [[maybe_unused]] volatile float read;
  for (std::int64_t i = 0; i < rows && columns > 0; ++i) {
    read = data[i * row];
    read = data[i * row + (columns - 1) * column];
  }
}
#endif

void product(std::int64_t m, std::int64_t n, std::int64_t k, Strided a, const float* b,
             std::int64_t b_stride, bool add, float* c, std::int64_t c_stride) {
  static const ProductKernel kernel = product_kernels().front();
#ifdef TUTTI_SANITIZED
  look_at_ends(m, k, a.data, a.row, a.column);
  look_at_ends(k, n, b, b_stride, 1);
  look_at_ends(m, n, c, c_stride, 1);
#endif
  kernel(m, n, k, a, b, b_stride, add, c, c_stride);
}

void product_tiles(std::int64_t members, std::int64_t m, std::int64_t n, std::int64_t k, Strided a,
                   std::int64_t a_size, const float* b, std::int64_t b_size, bool add, float* c,
                   std::int64_t row_tile, std::int64_t column_tile) {
  const std::int64_t down = (m + row_tile - 1) / row_tile;
  const std::int64_t across = (n + column_tile - 1) / column_tile;
  parallel_for(members * down * across, [&](std::int64_t task) {
    const std::int64_t member = task / (down * across);
    const std::int64_t row = task / across % down * row_tile, column = task % across * column_tile;
    product(std::min(row_tile, m - row), std::min(column_tile, n - column), k,
            {a.data + member * a_size + row * a.row, a.row, a.column}, b + member * b_size + column,
            n, add, c + (member * m + row) * n + column, n);
  });
}

std::vector<float> transposed(std::int64_t rows, std::int64_t columns, const float* matrix) {
  std::vector<float> result(static_cast<std::size_t>(rows * columns));
  float* to = result.data();
  for (std::int64_t j = 0; j < columns; ++j)
    for (std::int64_t i = 0; i < rows; ++i) *to++ = matrix[i * columns + j];
  return result;
}

std::vector<float> reversed_transposes(std::int64_t members, std::int64_t count, std::int64_t rows,
                                       std::int64_t columns, const float* matrices) {
  const std::int64_t size = rows * columns;
  std::vector<float> all;
  all.reserve(static_cast<std::size_t>(members * count * size));
  for (std::int64_t m = 0; m < members; ++m)
    for (std::int64_t i = count; i-- > 0;) {
      const auto one = transposed(rows, columns, matrices + (m * count + i) * size);
      all.insert(all.end(), one.begin(), one.end());
    }
  return all;
}

}  // namespace tutti::kernels::cpu
