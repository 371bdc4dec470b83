#include "kernels/adam_update.h"
#include "kernels/cuda/gemm.h"
#include "kernels/cuda/gpu_backend.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

GemmShape product(const DenseShape& s, std::int64_t rows, std::int64_t columns,
                  std::int64_t depth) {
  const auto length = [](std::int64_t value) { return gemm::length(value, "dense"); };
  return {length(s.members), length(rows), length(columns), length(depth)};
}

/// A gradient of weights that updates them at once.
struct UpdatedWeights {
  AdamUpdate update;
  const float *rates, *decay;
  float *w, *m, *v;
  int rows, columns;

  __device__ void write(int, int member, int row, int column, float gradient) const {
    const std::int64_t i = (std::int64_t{member} * rows + row) * columns + column;
    update(rates[member], kept_share(decay, member), gradient, w[i], m[i], v[i]);
  }
};

}  // namespace

void GpuBackend::dense(const DenseShape& s, const float* x, const float* w, const float* b,
                       float* y) {
  multiply_matrices(product(s, s.batch, s.outputs, s.inputs), by_rows(x, s.batch, s.inputs),
                    by_columns(w, s.inputs, s.outputs), b, y);
}

void GpuBackend::dense_backward_input(const DenseShape& s, const float* w, const float* dy,
                                      float* dx) {
  multiply_matrices(product(s, s.batch, s.inputs, s.outputs), by_rows(dy, s.batch, s.outputs),
                    by_rows(w, s.inputs, s.outputs), nullptr, dx);
}

void GpuBackend::dense_backward_weights(const DenseShape& s, const float* x, const float* dy,
                                        float* dw) {
  multiply_matrices(product(s, s.inputs, s.outputs, s.batch), by_columns(x, s.batch, s.inputs),
                    by_columns(dy, s.batch, s.outputs), nullptr, dw);
}

void GpuBackend::dense_adam(const DenseShape& s, const AdamStep& step, const float* rates,
                            const float* x, const float* dy, float* w, float* m, float* v,
                            const float* decay) {
  const GemmShape shape = product(s, s.inputs, s.outputs, s.batch);
  multiply(shape, by_columns(x, s.batch, s.inputs), by_columns(dy, s.batch, s.outputs),
           UpdatedWeights{AdamUpdate(step), rates, decay, w, m, v, shape.rows, shape.columns});
}

}  // namespace tutti::kernels::TUTTI_GPU
