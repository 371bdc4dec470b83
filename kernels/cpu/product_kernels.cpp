#include <algorithm>

#include "kernels/cpu/product.h"
#include "kernels/support/simd.h"

// The inner loops of product(), in a file of their own for its compiler options.
//
// A tile of c is summed up in registers: `rows` rows of `vectors` vectors of `lanes` floats. The
// body is written once, in functions that are inlined into one kernel for each vector unit.
namespace tutti::kernels::cpu {
namespace {

struct Factors {
  std::int64_t depth;
  Strided a;
  const float* b;
  std::int64_t b_stride;
};

/// In a register, and in memory at any float: deduction loses what `aligned` says.
template <int lanes>
struct Vectors {
  typedef float Register __attribute__((vector_size(lanes * 4)));
  typedef float InMemory __attribute__((vector_size(lanes * 4), aligned(4), may_alias));
};

/// The first `count` rows of a tile; the rows after them repeat the last and are not stored.
template <int lanes, int rows, int vectors, class Store>
TUTTI_INLINE inline void tile(Factors f, std::int64_t count, Store store) {
  using Vector = typename Vectors<lanes>::Register;
  using InMemory = typename Vectors<lanes>::InMemory;
  Vector sums[rows][vectors];
  std::int64_t offsets[rows];
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r) {
    offsets[r] = std::min<std::int64_t>(r, count - 1) * f.a.row;
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) sums[r][v] = Vector{};
  }
  for (std::int64_t k = 0; k < f.depth; ++k) {
    Vector b[vectors];
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) b[v] = *reinterpret_cast<const InMemory*>(f.b + v * lanes);
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r)
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v) sums[r][v] += f.a.data[offsets[r]] * b[v];
    f.a.data += f.a.column;
    f.b += f.b_stride;
  }
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r) {
    if (r == count) break;
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) store(r, v * lanes, sums[r][v]);
  }
}

/// Tiles side by side over n columns, narrower ones for what is left. The last one reaches back
/// over some of the `done` columns to the left of c, if that saves still narrower ones.
template <int lanes, int rows, int vectors>
TUTTI_INLINE inline void row_of_tiles(std::int64_t n, std::int64_t done, Factors f,
                                      std::int64_t count, bool add, float* c,
                                      std::int64_t c_stride) {
  using InMemory = typename Vectors<lanes>::InMemory;
  constexpr int width = lanes * vectors;
  for (; n >= width; n -= width, done += width, f.b += width, c += width)
    tile<lanes, rows, vectors>(f, count, [&](int r, int column, const auto& sum) TUTTI_INLINE {
      InMemory& to = *reinterpret_cast<InMemory*>(c + r * c_stride + column);
      to = add ? to + sum : sum;
    });
  if (n == 0) return;
  if constexpr (vectors > 1) {
    row_of_tiles<lanes, rows, 1>(n, done, f, count, add, c, c_stride);
  } else if constexpr (lanes > 1) {
    if (lanes > 8 || done + n < lanes || (n & (n - 1)) == 0)
      return row_of_tiles<lanes / 2, rows, 1>(n, done, f, count, add, c, c_stride);
    f.b -= lanes - n;
    tile<lanes, rows, 1>(f, count, [&](int r, int, const auto& sum) TUTTI_INLINE {
      for (std::int64_t i = 0; i < n; ++i) {
        float& to = c[r * c_stride + i];
        to = add ? to + sum[lanes - n + i] : sum[lanes - n + i];
      }
    });
  }
}

/// As many rows of b at a time as stay in the second cache.
template <int lanes, int rows, int vectors>
TUTTI_INLINE inline void tiles(std::int64_t m, std::int64_t n, std::int64_t k, Strided a,
                               const float* b, std::int64_t b_stride, bool add, float* c,
                               std::int64_t c_stride) {
  const std::int64_t depth = std::max<std::int64_t>(64, (1 << 16) / std::max<std::int64_t>(n, 1));
  std::int64_t at = 0;
  do {
    for (std::int64_t row = 0; row < m; row += rows)
      row_of_tiles<lanes, rows, vectors>(n, 0,
                                         {std::min(depth, k - at),
                                          {a.data + row * a.row + at * a.column, a.row, a.column},
                                          b + at * b_stride,
                                          b_stride},
                                         std::min<std::int64_t>(rows, m - row), add || at > 0,
                                         c + row * c_stride, c_stride);
  } while ((at += depth) < k);
}

#if defined(__x86_64__)
__attribute__((target("avx512f"))) void product_avx512(std::int64_t m, std::int64_t n,
                                                       std::int64_t k, Strided a, const float* b,
                                                       std::int64_t b_stride, bool add, float* c,
                                                       std::int64_t c_stride) {
  tiles<16, 8, 3>(m, n, k, a, b, b_stride, add, c, c_stride);
}

__attribute__((target("avx2,fma"))) void product_avx2(std::int64_t m, std::int64_t n,
                                                      std::int64_t k, Strided a, const float* b,
                                                      std::int64_t b_stride, bool add, float* c,
                                                      std::int64_t c_stride) {
  tiles<8, 6, 2>(m, n, k, a, b, b_stride, add, c, c_stride);
}
#endif

void product_plain(std::int64_t m, std::int64_t n, std::int64_t k, Strided a, const float* b,
                   std::int64_t b_stride, bool add, float* c, std::int64_t c_stride) {
  tiles<4, 6, 2>(m, n, k, a, b, b_stride, add, c, c_stride);
}

}  // namespace

std::span<const ProductKernel> product_kernels() {
  static const std::vector<ProductKernel> kernels = [] {
    std::vector<ProductKernel> all;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) all.push_back(product_avx512);
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
      all.push_back(product_avx2);
#endif
    all.push_back(product_plain);
    return all;
  }();
  return kernels;
}

}  // namespace tutti::kernels::cpu
