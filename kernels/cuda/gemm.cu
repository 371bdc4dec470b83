#include "kernels/cuda/for_each.h"
#include "kernels/cuda/gemm.h"

namespace tutti::kernels::TUTTI_GPU {

void gemm::add_parts(const GemmShape& s, int parts, const float* sums, const float* bias,
                     float* c) {
  const std::int64_t size = std::int64_t{s.rows} * s.columns, all = s.members * size;
  for_each(s.members, size, [=] __device__(std::int64_t m, std::int64_t i) {
    float sum = 0;
    for (int p = 0; p < parts; ++p) sum += sums[p * all + m * size + i];
    c[m * size + i] = sum + (bias ? bias[m * s.columns + i % s.columns] : 0);
  });
}

void multiply_matrices(const GemmShape& shape, const Matrix& a, const Matrix& b, const float* bias,
                       float* c) {
  multiply(shape, a, b, bias, c);
}

}  // namespace tutti::kernels::TUTTI_GPU
