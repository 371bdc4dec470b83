#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace tutti::kernels::cpu {

/// A matrix whose element (i, j) is data[i * row + j * column]; rows may overlap.
struct Strided {
  const float* data;
  std::int64_t row, column;
};

/// c = a b, or c += a b, on the calling thread; a is m × k, b and c are row-major, k × n and m × n.
/// Nothing is copied: the second cache keeps the rows of b in use.
void product(std::int64_t m, std::int64_t n, std::int64_t k, Strided a, const float* b,
             std::int64_t b_stride, bool add, float* c, std::int64_t c_stride);

/// The same for every member, from member to member a_size, b_size and m n numbers further on, in
/// tiles of the given size spread over the threads.
void product_tiles(std::int64_t members, std::int64_t m, std::int64_t n, std::int64_t k, Strided a,
                   std::int64_t a_size, const float* b, std::int64_t b_size, bool add, float* c,
                   std::int64_t row_tile, std::int64_t column_tile);

/// The transpose of a row-major matrix, for products that need it as b.
std::vector<float> transposed(std::int64_t rows, std::int64_t columns, const float* matrix);
/// The transposes of every member's matrices [members, count, rows, columns], a member's in reverse
/// order.
std::vector<float> reversed_transposes(std::int64_t members, std::int64_t count, std::int64_t rows,
                                       std::int64_t columns, const float* matrices);

/// The kernels for vector units that this processor has, the one in use first.
using ProductKernel = decltype(&product);
std::span<const ProductKernel> product_kernels();

}  // namespace tutti::kernels::cpu
