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

/// A gradient of weights that updates them at once; whole: they have whole pairs.
template <bool whole>
struct UpdatedWeights {
  AdamUpdate update;
  const float *rates, *decay;
  float *w, *m, *v;
  int rows, columns;
  float rate = 0, keep = 1;  // of a member

  __device__ UpdatedWeights of(int, int member) const {
    UpdatedWeights result = *this;
    for (float** array : {&result.w, &result.m, &result.v})
      *array += std::int64_t{member} * rows * columns;
    result.rate = rates[member], result.keep = kept_share(decay, member);
    return result;
  }

  struct Old {
    Pair w, m, v;
  };
  __device__ Old read(int row, int column) const {
    const std::int64_t i = std::int64_t{row} * columns + column;
    const bool both = column + 1 < columns;
    return {read_pair(w + i, whole, both), read_pair(m + i, whole, both),
            read_pair(v + i, whole, both)};
  }
  __device__ void write(int row, int column, const Pair& gradients, Old old) const {
    update(rate, keep, gradients.first, old.w.first, old.m.first, old.v.first);
    update(rate, keep, gradients.second, old.w.second, old.m.second, old.v.second);
    const std::int64_t i = std::int64_t{row} * columns + column;
    const bool both = column + 1 < columns;
    write_pair(w + i, whole, both, old.w);
    write_pair(m + i, whole, both, old.m);
    write_pair(v + i, whole, both, old.v);
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
  const auto run = [&]<bool whole>(std::bool_constant<whole>) {
    multiply(
        shape, by_columns(x, s.batch, s.inputs), by_columns(dy, s.batch, s.outputs),
        UpdatedWeights<whole>{AdamUpdate(step), rates, decay, w, m, v, shape.rows, shape.columns});
  };
  const auto whole = [&](const float* array) { return has_whole_pairs(array, shape.columns); };
  whole(w) && whole(m) && whole(v) ? run(std::true_type()) : run(std::false_type());
}

}  // namespace tutti::kernels::TUTTI_GPU
