#pragma once
#include <cstdint>
#include <span>

namespace tutti::kernels::cpu {

/// A matrix whose element (i, j) is data[i * row + j * column]; rows may overlap.
struct Strided {
  const float* data;
  std::int64_t row, column;
};

/// c = a b, or c += a b, on the calling thread; a is m × k, b and c are row-major, k × n and m × n.
/// Faster than a BLAS where b stays in the second cache, since nothing is copied.
void product(std::int64_t m, std::int64_t n, std::int64_t k, Strided a, const float* b,
             std::int64_t b_stride, bool add, float* c, std::int64_t c_stride);

/// The kernels for vector units that this processor has, the one in use first.
using ProductKernel = decltype(&product);
std::span<const ProductKernel> product_kernels();

}  // namespace tutti::kernels::cpu
