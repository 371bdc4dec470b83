#include "kernels/cuda/gemm.h"
#include "kernels/cuda/gpu_backend.h"

namespace tutti::kernels::TUTTI_GPU {

void GpuBackend::matmul(const MatmulShape& s, const float* a, const float* b, float* y) {
  const auto length = [](std::int64_t value) { return gemm::length(value, "matmul"); };
  multiply_matrices(
      {length(s.count), length(s.rows), length(s.columns), length(s.depth)},
      s.transpose_a ? by_columns(a, s.depth, s.rows) : by_rows(a, s.rows, s.depth),
      s.transpose_b ? by_rows(b, s.columns, s.depth) : by_columns(b, s.depth, s.columns), nullptr,
      y);
}

}  // namespace tutti::kernels::TUTTI_GPU
