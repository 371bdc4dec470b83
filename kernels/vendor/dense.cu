#include "kernels/vendor/operations.h"

namespace tutti::kernels::vendor {
namespace {

/// A factor of a product, by rows in memory, and whether it is that matrix transposed.
struct Factor {
  const float* data;
  bool transposed;
};

/// c[m] = a[m] b[m]: [rows, depth] by [depth, columns]. cuBLAS counts by columns: what is a matrix
/// to us is its transposed to cuBLAS, so it computes c^T = b^T a^T.
void multiply(std::int64_t members, std::int64_t rows, std::int64_t columns, std::int64_t depth,
              Factor a, Factor b, float* c) {
  const auto operation = [](Factor f) { return f.transposed ? CUBLAS_OP_T : CUBLAS_OP_N; };
  TUTTI_VENDOR(cublasGemmStridedBatchedEx_64(
      blas(), operation(b), operation(a), columns, rows, depth, &one, b.data, CUDA_R_32F,
      b.transposed ? depth : columns, depth * columns, a.data, CUDA_R_32F,
      a.transposed ? rows : depth, rows * depth, &zero, c, CUDA_R_32F, columns, rows * columns,
      members, compute_type(), CUBLAS_GEMM_DEFAULT));
}

}  // namespace

void VendorBackend::dense(const DenseShape& s, const float* x, const float* w, const float* b,
                          float* y) {
  multiply(s.members, s.batch, s.outputs, s.inputs, {x, false}, {w, false}, y);
  add_bias(s.members, s.batch, s.outputs, b, y);
}

void VendorBackend::dense_backward_input(const DenseShape& s, const float* w, const float* dy,
                                         float* dx) {
  multiply(s.members, s.batch, s.inputs, s.outputs, {dy, false}, {w, true}, dx);
}

void VendorBackend::dense_backward_weights(const DenseShape& s, const float* x, const float* dy,
                                           float* dw) {
  multiply(s.members, s.inputs, s.outputs, s.batch, {x, true}, {dy, false}, dw);
}

void VendorBackend::dense_adam(const DenseShape& s, const AdamStep& step, const float* rates,
                               const float* x, const float* dy, float* w, float* m, float* v,
                               const float* decay) {
  const std::int64_t size = s.inputs * s.outputs;
  float* g = gradient_.floats(s.members * size);
  dense_backward_weights(s, x, dy, g);
  const AdamParameter<float> parameter{size, g, w, m, v, decay};
  adam(s.members, {&parameter, 1}, step, rates);
}

}  // namespace tutti::kernels::vendor
