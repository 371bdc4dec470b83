#include <vector>

#include "kernels/cuda/gemm.h"
#include "kernels/vendor/recurrence.h"

namespace tutti::kernels::vendor {
namespace {

/// Bytes as floats, rounded up so that what follows is aligned as an allocation is.
std::int64_t aligned_floats(std::size_t bytes) {
  return static_cast<std::int64_t>((bytes + 255) / 256 * 256 / sizeof(float));
}

}  // namespace

Recurrence::Recurrence(cudnnRNNMode_t mode, const RecurrentShape& s) {
  const auto length = [](std::int64_t value) { return cuda::gemm::length(value, "recurrent"); };
  const int batch = length(s.batch), steps = length(s.steps), inputs = length(s.inputs),
            units = length(s.units), gates = mode == CUDNN_LSTM ? 4 : 1;
  TUTTI_VENDOR(cudnnSetDropoutDescriptor(no_dropout, dnn(), 0, nullptr, 0, 0));
  TUTTI_VENDOR(cudnnSetRNNDescriptor_v8(
      rnn, CUDNN_RNN_ALGO_STANDARD, mode, CUDNN_RNN_SINGLE_INP_BIAS, CUDNN_UNIDIRECTIONAL,
      CUDNN_LINEAR_INPUT, CUDNN_DATA_FLOAT, CUDNN_DATA_FLOAT, math_type(), inputs, units, units, 1,
      no_dropout, CUDNN_RNN_PADDED_IO_ENABLED));

  const std::vector<std::int32_t> all_steps(static_cast<std::size_t>(batch), steps);
  const std::size_t bytes = all_steps.size() * sizeof(std::int32_t);
  cuda::memory().copy_in(lengths.bytes(bytes), all_steps.data(), bytes);
  const auto describe = [&](cudnnRNNDataDescriptor_t data, int vector) {
    TUTTI_VENDOR(cudnnSetRNNDataDescriptor(data, CUDNN_DATA_FLOAT,
                                           CUDNN_RNN_DATA_LAYOUT_BATCH_MAJOR_UNPACKED, steps, batch,
                                           vector, all_steps.data(), nullptr));
  };
  describe(x, inputs);
  describe(h, units);
  const int dimensions[] = {1, batch, units}, strides[] = {batch * units, units, 1};
  TUTTI_VENDOR(cudnnSetTensorNdDescriptor(state, CUDNN_DATA_FLOAT, 3, dimensions, strides));

  TUTTI_VENDOR(cudnnGetRNNWeightSpaceSize(dnn(), rnn, &weight_bytes));
  TUTTI_VENDOR(cudnnGetRNNTempSpaceSizes(dnn(), rnn, CUDNN_FWD_MODE_TRAINING, x, &workspace_bytes,
                                         &reserve_bytes));
  weight_stride = aligned_floats(weight_bytes);
  reserve_stride = aligned_floats(reserve_bytes);

  w = {s.inputs, s.units, gates, weight_stride, {}};
  u = {s.units, s.units, gates, weight_stride, {}};
  b = {1, s.units, gates, weight_stride, {}};
  const float* first = weights.floats(s.members * weight_stride);
  const TensorDescriptor matrix, bias;
  // cuDNN's gates are in the contract's order: those of x first, then those of h, without biases.
  for (int layer = 0; layer < 2 * gates; ++layer) {
    void *matrix_address = nullptr, *bias_address = nullptr;
    TUTTI_VENDOR(cudnnGetRNNWeightParams(dnn(), rnn, 0, weight_bytes, first, layer, matrix,
                                         &matrix_address, bias, &bias_address));
    const auto offset = [first](void* address) { return static_cast<float*>(address) - first; };
    (layer < gates ? w : u).offsets[layer % gates] = offset(matrix_address);
    if (layer < gates) b.offsets[layer] = offset(bias_address);
  }
}

}  // namespace tutti::kernels::vendor
