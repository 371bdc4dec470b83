#include "kernels/cuda/runtime.h"
#include "kernels/support/error.h"
#include "kernels/vendor/operations.h"

namespace tutti::kernels::vendor {
namespace {

/// Whether the layer has tanh and sigmoid, as cuDNN's have.
bool usual(const RecurrentShape& s) {
  using Kind = ActivationFunction::Kind;
  return s.activation.kind == Kind::tanh && s.recurrent_activation.kind == Kind::sigmoid;
}

}  // namespace

Recurrence& VendorBackend::recurrence(cudnnRNNMode_t mode, const RecurrentShape& s) {
  return recurrences_.try_emplace({mode, key(s)}, mode, s).first->second;
}

void VendorBackend::run(cudnnRNNMode_t mode, const RecurrentShape& s, const float* x,
                        const float* w, const float* u, const float* b, float* h) {
  Recurrence& r = recurrence(mode, s);
  float* weights = r.weights.floats(s.members * r.weight_stride);
  to_vendor(s.members, r.w, w, weights);
  to_vendor(s.members, r.u, u, weights);
  to_vendor(s.members, r.b, b, weights);
  Kept& kept = kept_[h];
  kept.layer = &r;
  float* reserve = kept.reserve.floats(s.members * r.reserve_stride);
  void* workspace = workspace_.bytes(r.workspace_bytes);
  const auto* lengths = static_cast<const std::int32_t*>(r.lengths.bytes(0));
  const std::int64_t rows = s.batch * s.steps;
  for (std::int64_t m = 0; m < s.members; ++m)
    TUTTI_VENDOR(cudnnRNNForward(dnn(), r.rnn, CUDNN_FWD_MODE_TRAINING, lengths, r.x,
                                 x + m * rows * s.inputs, r.h, h + m * rows * s.units, r.state,
                                 nullptr, nullptr, r.state, nullptr, nullptr, r.weight_bytes,
                                 weights + m * r.weight_stride, r.workspace_bytes, workspace,
                                 r.reserve_bytes, reserve + m * r.reserve_stride));
}

void VendorBackend::run_backward(cudnnRNNMode_t mode, const RecurrentShape& s, const float* x,
                                 const float* w, const float* u, const float* h, const float* dh,
                                 float* dx, float* dw, float* du, float* db) {
  Recurrence& r = recurrence(mode, s);
  const auto found = kept_.find(h);
  if (found == kept_.end() || found->second.layer != &r)
    throw Error("cudnn: the gradient of a recurrent layer needs its forward call of the same h, ",
                "shape and precision before it");

  float* weights = r.weights.floats(s.members * r.weight_stride);  // biases have no part in it
  to_vendor(s.members, r.w, w, weights);
  to_vendor(s.members, r.u, u, weights);
  // cuDNN writes into what it has kept; a copy, so that the gradient can be had again.
  const std::size_t reserve_bytes =
      static_cast<std::size_t>(s.members * r.reserve_stride) * sizeof(float);
  float* reserve = static_cast<float*>(reserve_.bytes(reserve_bytes));
  TUTTI_CUDA(cudaMemcpyAsync(reserve, found->second.reserve.bytes(0), reserve_bytes,
                             cudaMemcpyDeviceToDevice, cuda::stream()));
  // Gradients of weights are added to what is there: the one mode that cuDNN documents.
  float* gradients = r.gradients.floats(s.members * r.weight_stride);
  cuda::memory().zero(gradients,
                      static_cast<std::size_t>(s.members * r.weight_stride) * sizeof(float));

  void* workspace = workspace_.bytes(r.workspace_bytes);
  const auto* lengths = static_cast<const std::int32_t*>(r.lengths.bytes(0));
  const std::int64_t rows = s.batch * s.steps;
  if (!dx) dx = unwanted_.floats(s.members * rows * s.inputs);
  for (std::int64_t m = 0; m < s.members; ++m) {
    const float *member_x = x + m * rows * s.inputs, *member_h = h + m * rows * s.units;
    float* member_reserve = reserve + m * r.reserve_stride;
    TUTTI_VENDOR(cudnnRNNBackwardData_v8(
        dnn(), r.rnn, lengths, r.h, member_h, dh + m * rows * s.units, r.x,
        dx + m * rows * s.inputs, r.state, nullptr, nullptr, nullptr, r.state, nullptr, nullptr,
        nullptr, r.weight_bytes, weights + m * r.weight_stride, r.workspace_bytes, workspace,
        r.reserve_bytes, member_reserve));
    TUTTI_VENDOR(cudnnRNNBackwardWeights_v8(
        dnn(), r.rnn, CUDNN_WGRAD_MODE_ADD, lengths, r.x, member_x, r.state, nullptr, r.h, member_h,
        r.weight_bytes, gradients + m * r.weight_stride, r.workspace_bytes, workspace,
        r.reserve_bytes, member_reserve));
  }
  from_vendor(s.members, r.w, gradients, dw);
  from_vendor(s.members, r.u, gradients, du);
  from_vendor(s.members, r.b, gradients, db);
}

void VendorBackend::simple_rnn(const RecurrentShape& s, const float* x, const float* w,
                               const float* u, const float* b, float* h) {
  if (!usual(s)) return GpuBackend::simple_rnn(s, x, w, u, b, h);
  run(CUDNN_RNN_TANH, s, x, w, u, b, h);
}

void VendorBackend::simple_rnn_backward(const RecurrentShape& s, const float* x, const float* w,
                                        const float* u, const float* h, const float* dh, float* dz,
                                        float* dx, float* dw, float* du, float* db) {
  if (!usual(s)) return GpuBackend::simple_rnn_backward(s, x, w, u, h, dh, dz, dx, dw, du, db);
  run_backward(CUDNN_RNN_TANH, s, x, w, u, h, dh, dx, dw, du, db);
}

void VendorBackend::lstm(const RecurrentShape& s, const float* x, const float* w, const float* u,
                         const float* b, float* gates, float* cells, float* h) {
  if (!usual(s)) return GpuBackend::lstm(s, x, w, u, b, gates, cells, h);
  const auto state_bytes =
      static_cast<std::size_t>(s.members * s.batch * s.steps * s.units) * sizeof(float);
  cuda::memory().zero(gates, 4 * state_bytes);
  cuda::memory().zero(cells, state_bytes);
  run(CUDNN_LSTM, s, x, w, u, b, h);
}

void VendorBackend::lstm_backward(const RecurrentShape& s, const float* x, const float* w,
                                  const float* u, const float* gates, const float* cells,
                                  const float* h, const float* dh, float* dz, float* dx, float* dw,
                                  float* du, float* db) {
  if (!usual(s))
    return GpuBackend::lstm_backward(s, x, w, u, gates, cells, h, dh, dz, dx, dw, du, db);
  run_backward(CUDNN_LSTM, s, x, w, u, h, dh, dx, dw, du, db);
}

}  // namespace tutti::kernels::vendor
