#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/variable.h"
#include "kernels/activation.h"

/// Every operation on Variables. The leading axis is the member, M; the next the batch, B. Shapes
/// that do not fit are an Error that names the operation and the shapes. One file per operation in
/// ops/, its gradient below its forward.
namespace tutti {

enum class Padding { valid, same };  // as Keras pads: same gives ceil(length / stride)

struct Conv2dOptions {
  std::int64_t stride_height = 1, stride_width = 1;
  Padding padding = Padding::valid;
  std::int64_t dilation_height = 1, dilation_width = 1;
};

struct Pool2dOptions {
  std::int64_t height, width;
  std::int64_t stride_height, stride_width;
  Padding padding = Padding::valid;

  bool operator==(const Pool2dOptions&) const = default;
};
/// Each row with the next one, which is in no other window.
inline constexpr Pool2dOptions pairs_of_rows{
    .height = 2, .width = 1, .stride_height = 2, .stride_width = 1};

/// A batch as row numbers into a data set that all members share; bytes are read as
/// scale * byte + offset, floats as they are.
struct Batch {
  Tensor data;  // uint8 or float32 [examples, …]
  Tensor rows;  // int32 [M, B]
  double scale = 1, offset = 0;
};

/// The examples of a batch as numbers: [M, B, …] of the given type.
Variable gather(const Batch& batch, DType type = DType::float32);

/// x [M, B, H, W, C], w [M, KH, KW, C, F], b [M, F] -> [M, B, OH, OW, F]
Variable conv2d(const Variable& x, const Variable& w, const Variable& b,
                const Conv2dOptions& options);
/// The same as conv2d(gather(batch), …) without the copy; no gradient for the batch.
Variable conv2d(const Batch& x, const Variable& w, const Variable& b, const Conv2dOptions& options);

/// [M, B, H, W, C] -> [M, B, OH, OW, C]. The mean does not count padding.
Variable max_pool2d(const Variable& x, const Pool2dOptions& options);
Variable avg_pool2d(const Variable& x, const Pool2dOptions& options);

/// max_pool2d(relu(conv2d(…)), pairs_of_rows), in one pass where the device has it.
Variable conv2d_relu_pool(const Batch& x, const Variable& w, const Variable& b,
                          const Conv2dOptions& options);

/// Rows and columns of zeros around [M, B, H, W, C].
struct Pad2dOptions {
  std::int64_t top, bottom, left, right;
};
Variable pad2d(const Variable& x, const Pad2dOptions& options);

/// Over all axes but the member and the last, the channels. gamma and beta are [M, C]; so are mean
/// and variance, those of x, which are set in training and used otherwise.
struct BatchStatistics {
  Tensor mean, variance;
};
Variable batch_norm(const Variable& x, const Variable& gamma, const Variable& beta, double epsilon,
                    BatchStatistics& of_batch);
/// With a mean and a variance that are given; a gradient reaches x alone.
Variable batch_norm_inference(const Variable& x, const Tensor& gamma, const Tensor& beta,
                              double epsilon, const BatchStatistics& given);
/// average += share (value - average), in place, of [M, …]; not of members whose rate is NaN, where
/// there are `rates` [M].
void moving_average(double share, const Tensor& rates, const Tensor& value, Tensor& average);

/// x [M, B, I], w [M, I, O], b [M, O] -> [M, B, O]
Variable dense(const Variable& x, const Variable& w, const Variable& b);

/// f of every element, of any shape
Variable activation(const ActivationFunction& f, const Variable& x);

/// What a recurrent layer applies to its state and, if it has any, to its gates.
struct RecurrentFunctions {
  ActivationFunction activation{ActivationFunction::Kind::tanh};
  ActivationFunction recurrent_activation{ActivationFunction::Kind::sigmoid};

  bool operator==(const RecurrentFunctions&) const = default;
};

/// All steps of a simple recurrent layer: x [M, B, T, I], w [M, I, U], u [M, U, U], b [M, U]
/// -> the states [M, B, T, U]
Variable simple_rnn(const Variable& x, const Variable& w, const Variable& u, const Variable& b,
                    const RecurrentFunctions& functions = {});

/// All steps of an LSTM layer, gates in the order i, f, c, o: x [M, B, T, I], w [M, I, 4U],
/// u [M, U, 4U], b [M, 4U] -> the states [M, B, T, U]
Variable lstm(const Variable& x, const Variable& w, const Variable& u, const Variable& b,
              const RecurrentFunctions& functions = {});

/// All steps of a GRU layer, gates in the order z, r, c: x [M, B, T, I], w [M, I, 3U],
/// u [M, U, 3U], b [M, 2, 3U] -> the states [M, B, T, U]. With b [M, 3U] the reset gate comes
/// before the product with u, otherwise after it.
Variable gru(const Variable& x, const Variable& w, const Variable& u, const Variable& b,
             const RecurrentFunctions& functions = {});

/// The last of T steps: [M, B, T, U] -> [M, B, U]
Variable last_step(const Variable& x);

/// Zeros with probability `rate`, the rest times 1 / (1 - rate). `draws` int32 [M, 3] holds each
/// member's random key and its count of steps (dropout_draws); `layer` tells the uses in a step
/// apart.
Variable dropout(const Variable& x, double rate, const Tensor& draws, std::uint64_t layer);

/// x plus normal numbers times `stddev`, drawn as for dropout.
Variable gaussian_noise(const Variable& x, double stddev, const Tensor& draws, std::uint64_t layer);

/// The same elements in another shape.
Variable reshape(const Variable& x, Shape shape);

/// Probabilities along the last axis.
Tensor softmax(const Tensor& x);
Variable softmax(const Variable& x);

/// Mean over the batch of -log softmax(x)[label]: x [M, B, K], labels int32 [M, B] -> loss [M], and
/// the probabilities [M, B, K]. With targets [M, B, K] of x's type in place of labels: mean of the
/// sum over classes of -target log softmax(x).
std::pair<Variable, Tensor> softmax_cross_entropy(const Variable& x, const Tensor& targets);
/// The loss alone, of logits x.
inline Variable cross_entropy(const Variable& x, const Tensor& targets) {
  return softmax_cross_entropy(x, targets).first;
}

/// Targets [M, B, K] of labels int32 [M, B]:
/// weight of the label's class * ((1 - smoothing) [k == label] + smoothing / K).
/// Label smoothing: Szegedy and others (CVPR 2016).
struct SoftTargets {
  double smoothing = 0;
  Tensor class_weights = {};  // [M, K], or undefined: all 1
  DType type = DType::float32;
};
Tensor soft_targets(const Tensor& labels, std::int64_t classes, const SoftTargets& options);

/// Gradients [M, …], each times min(1, max_norm / (norm + 1e-6)), with the norm of all elements of
/// a member's gradients: PyTorch's clip_grad_norm_. Pascanu, Mikolov, Bengio (ICML 2013).
struct ClippedGradients {
  std::vector<Tensor> gradients;
  Tensor norms;  // [M], before clipping
};
ClippedGradients clip_by_global_norm(const std::vector<Tensor>& gradients, double max_norm);

/// coefficient * sum of w^2 for each member: [M, …] -> [M]
Variable l2(const Variable& w, double coefficient);

// Axes are counted from the member's, 0, along which there is no operation, or from the end: -1 is
// the last.

/// a + b, a - b and a b, element by element. Lengths behind the member's that are not equal must be
/// 1 or missing, counted from the last axis, as NumPy broadcasts; gradients are summed over them.
Variable add(const Variable& a, const Variable& b);
Variable subtract(const Variable& a, const Variable& b);
Variable multiply(const Variable& a, const Variable& b);

/// scale * x + offset
Variable rescale(const Variable& x, double scale, double offset);

/// Products of the matrices in the last two axes: a [M, …, R, K], b [M, …, K, C] -> [M, …, R, C]. A
/// factor that is transposed is given the other way round.
struct MatmulOptions {
  bool transpose_a = false, transpose_b = false;
};
Variable matmul(const Variable& a, const Variable& b, const MatmulOptions& options = {});

/// Axes in another order: axis n of the result is axis axes[n] of x. axes[0] is 0.
Variable transpose(const Variable& x, const std::vector<std::int64_t>& axes);

/// Elements [first, first + count) along an axis.
Variable slice(const Variable& x, std::int64_t axis, std::int64_t first, std::int64_t count);

/// The other way round along an axis.
Variable reverse(const Variable& x, std::int64_t axis);

/// One after another along an axis.
Variable concatenate(const std::vector<Variable>& parts, std::int64_t axis);

/// Over an axis, which the result does not have: [M, …, N, …] -> [M, …, …]. The gradient of the
/// largest goes to the first of equal ones.
Variable sum(const Variable& x, std::int64_t axis);
Variable mean(const Variable& x, std::int64_t axis);
Variable max(const Variable& x, std::int64_t axis);

/// (x - mean) / sqrt(variance + epsilon) * gamma + beta, over the last axis: x [M, …, N], gamma and
/// beta [M, N]. Ba, Kiros, Hinton (2016).
Variable layer_norm(const Variable& x, const Variable& gamma, const Variable& beta, double epsilon);

}  // namespace tutti
