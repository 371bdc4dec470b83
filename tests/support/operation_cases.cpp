#include <cmath>
#include <limits>

#include "kernels/support/philox.h"
#include "tests/support/operations.h"

namespace tutti::test {

using kernels::Arithmetic;
using kernels::contiguous;
namespace {

/// Of the sizes that MelCnn and Keras files have, to be measured beside other libraries:
/// benchmarks/peers/convolutions.py reads the sizes from the names.
void add_usual_convolutions(std::vector<OperationCase>& cases) {
  struct Size {
    std::int64_t batch, height, width, channels, kernel, filters, stride;
  };
  for (const auto& [batch, height, width, channels, kernel, filters, stride] : {
           Size{32, 128, 1, 128, 3, 128, 1},  // MelCnn's four
           Size{32, 126, 1, 128, 3, 128, 1},
           Size{32, 62, 1, 128, 3, 128, 1},
           Size{32, 30, 1, 128, 3, 256, 1},
           Size{1, 112, 112, 32, 3, 32, 1},
           Size{1, 56, 56, 64, 3, 64, 1},
           Size{1, 28, 28, 128, 3, 128, 1},
           Size{1, 14, 14, 256, 3, 256, 1},
           Size{64, 56, 56, 32, 3, 64, 1},
           Size{64, 28, 28, 128, 3, 128, 1},
           Size{64, 28, 28, 128, 3, 256, 2},
           Size{64, 14, 14, 256, 3, 256, 1},
           Size{1, 1292, 1, 128, 5, 64, 1},
           Size{64, 512, 1, 32, 5, 64, 2},
           Size{64, 256, 1, 64, 3, 128, 1},
           Size{64, 64, 1, 256, 3, 256, 1},
       }) {
    const bool plane = width > 1;
    const auto dims = [&](std::int64_t h, std::int64_t w) {
      return std::to_string(h) + (plane ? "x" + std::to_string(w) : "");
    };
    const std::int64_t across = plane ? kernel : 1, stride_across = plane ? stride : 1;
    cases.push_back(conv2d_case(std::to_string(batch) + " of " + dims(height, width) + " by " +
                                    std::to_string(channels) + ", kernel " + dims(kernel, kernel) +
                                    ", " + std::to_string(filters) + " filters" +
                                    (stride > 1 ? ", stride " + std::to_string(stride) : ""),
                                conv_shape(1, batch, height, width, channels, kernel, across,
                                           filters, stride, stride_across, true),
                                true));
  }
}

std::vector<OperationCase> make_cases() {
  std::vector<OperationCase> cases;
  //                                                M  B  H   W  C  KH KW F  SH SW same
  cases.push_back(conv2d_case("1x1", conv_shape(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, false)));
  cases.push_back(conv2d_case("3x3 valid", conv_shape(2, 2, 6, 7, 3, 3, 3, 4, 1, 1, false)));
  cases.push_back(conv2d_case("3x3 same", conv_shape(1, 2, 5, 6, 2, 3, 3, 3, 1, 1, true)));
  cases.push_back(
      conv2d_case("strides, even kernel, same", conv_shape(2, 1, 7, 5, 2, 4, 2, 3, 2, 3, true)));
  cases.push_back(
      conv2d_case("strides leave a rest", conv_shape(1, 2, 8, 9, 1, 3, 2, 2, 3, 2, false)));
  cases.push_back(conv2d_case("full width", conv_shape(3, 2, 12, 5, 1, 6, 5, 4, 2, 1, false)));
  cases.push_back(conv2d_case("full width, stride divides no kernel",
                              conv_shape(2, 2, 17, 3, 2, 5, 3, 3, 3, 1, false)));
  cases.push_back(conv2d_case("full width, stride beyond kernel",
                              conv_shape(1, 2, 17, 3, 1, 2, 3, 5, 4, 1, false)));
  cases.push_back(conv2d_case("full width, same", conv_shape(1, 2, 9, 3, 2, 3, 3, 2, 1, 1, true)));
  cases.push_back(
      conv2d_case("dilation", dilated(conv_shape(2, 2, 9, 8, 2, 3, 2, 3, 1, 1, false), 2, 3)));
  cases.push_back(conv2d_case("full width, dilation",
                              dilated(conv_shape(1, 2, 12, 3, 1, 3, 3, 2, 2, 1, false), 3, 1)));
  cases.push_back(conv2d_case("one dimension", conv_shape(2, 2, 10, 1, 4, 3, 1, 5, 1, 1, false)));
  cases.push_back(conv2d_case("one dimension, tiles of two windows",
                              conv_shape(2, 2, 11, 1, 64, 3, 1, 70, 1, 1, false)));
  cases.push_back(conv2d_case("wide rows", conv_shape(1, 2, 20, 50, 1, 6, 50, 7, 3, 1, false)));
  cases.push_back(conv2d_case("full width, more windows than a task's",
                              conv_shape(1, 2, 150, 2, 1, 3, 2, 53, 1, 1, false)));
  cases.push_back(conv2d_case("full width, tiles of two windows and one left",
                              conv_shape(2, 2, 19, 35, 1, 6, 35, 5, 2, 1, false)));
  cases.push_back(conv2d_case("full width, more tiles than a task's",
                              conv_shape(1, 1, 345, 9, 8, 3, 9, 9, 1, 1, false)));
  cases.push_back(conv2d_case("3x3 same, tiles of two rows",
                              conv_shape(2, 2, 17, 19, 22, 3, 3, 5, 1, 1, true)));
  cases.push_back(conv2d_case("3x3 same, tiles of two by two",
                              conv_shape(2, 1, 11, 17, 33, 3, 3, 34, 1, 1, true)));
  cases.push_back(conv2d_case("3x3 valid, many images in tiles of two by two",
                              conv_shape(1, 24, 8, 7, 32, 3, 3, 32, 1, 1, false)));
  cases.push_back(conv2d_case("3x2 valid, many images in tiles of two rows",
                              conv_shape(1, 11, 8, 11, 32, 3, 2, 3, 1, 1, false)));
  cases.push_back(conv2d_case("one dimension, same, tiles of two windows",
                              conv_shape(1, 26, 20, 1, 64, 3, 1, 5, 1, 1, true)));
  cases.push_back(
      conv2d_case("GenreCnn", conv_shape(1, 32, 2900, 127, 1, 15, 127, 100, 5, 1, false), true));
  cases.push_back(
      conv2d_case("MelCnn", conv_shape(1, 32, 126, 1, 128, 3, 1, 128, 1, 1, false), true));
  add_usual_convolutions(cases);
  cases.push_back(
      conv2d_gathered_case("full width", conv_shape(3, 2, 12, 5, 1, 6, 5, 4, 2, 1, false), 4));
  cases.push_back(conv2d_gathered_case("full width, rest",
                                       conv_shape(2, 3, 17, 3, 2, 5, 3, 3, 3, 1, false), 3));
  cases.push_back(
      conv2d_gathered_case("wide rows", conv_shape(2, 2, 23, 50, 1, 6, 50, 7, 3, 1, false), 3));
  cases.push_back(conv2d_gathered_case("tiles of two windows",
                                       conv_shape(2, 2, 18, 35, 1, 6, 35, 5, 2, 1, false), 3));
  cases.push_back(conv2d_gathered_case("rows of words, beyond a tile",
                                       conv_shape(1, 1, 280, 6, 1, 4, 6, 9, 2, 1, false), 3));
  // 2570 windows are ten parts, rounded up nine.
  cases.push_back(conv2d_gathered_case("rows of words, in parts",
                                       conv_shape(1, 10, 514, 4, 1, 1, 4, 3, 2, 1, false), 12,
                                       {.offset = 0}));
  cases.push_back(conv2d_gathered_case("rows of words, in parts, with an offset",
                                       conv_shape(2, 2, 520, 4, 1, 1, 4, 3, 2, 1, false), 3));
  cases.push_back(conv2d_gathered_case("rows of words, many taps, with an offset",
                                       conv_shape(2, 1, 20, 127, 1, 5, 127, 3, 5, 1, false), 2));
  // On tensor cores a block has 36 KiB of rows, and the weights beside them.
  cases.push_back(conv2d_gathered_case("rows of words, tall filters",
                                       conv_shape(1, 2, 40, 4, 1, 17, 4, 3, 2, 1, false), 3));
  cases.push_back(conv2d_gathered_case("rows of words, more filters than a tile's",
                                       conv_shape(2, 1, 12, 127, 1, 3, 127, 105, 5, 1, false), 2));
  cases.push_back(
      conv2d_gathered_case("3x3 same", conv_shape(2, 2, 5, 6, 2, 3, 3, 3, 1, 1, true), 3));
  cases.push_back(conv2d_gathered_case("GenreCnn",
                                       conv_shape(1, 32, 2900, 127, 1, 15, 127, 100, 5, 1, false),
                                       64, {.offset = 0, .large = true}));
  cases.push_back(
      conv2d_relu_pool_case("composed", conv_shape(2, 2, 7, 6, 1, 2, 3, 3, 1, 1, false), 3));
  cases.push_back(conv2d_relu_pool_case("tiles of two windows",
                                        conv_shape(2, 3, 20, 36, 1, 6, 36, 5, 2, 1, false), 3));
  cases.push_back(conv2d_relu_pool_case(
      "beyond a tile", conv_shape(1, 1, 260, 4, 1, 2, 4, 5, 2, 1, false), 3, {.offset = 0}));
  cases.push_back(conv2d_relu_pool_case("GenreCnn",
                                        conv_shape(1, 32, 2900, 127, 1, 15, 127, 100, 5, 1, false),
                                        64, {.offset = 0, .large = true}));
  cases.push_back(gather_case("odd", 5, 37, 4));
  //                                       M  B  I   O
  cases.push_back(dense_case("1x1", {1, 1, 1, 1}));
  cases.push_back(dense_case("odd", {2, 3, 7, 5}));
  cases.push_back(dense_case("beyond a tile", {1, 70, 9, 67}));
  cases.push_back(dense_case("many inputs", {2, 3, 2100, 3}));
  cases.push_back(dense_case("many rows", {2, 600, 3, 5}));
  cases.push_back(dense_case("GenreCnn dense", {1, 32, 28900, 128}, true));
  cases.push_back(dense_case("GenreCnn dense, 5 members", {5, 32, 28900, 128}, true));
  cases.push_back(max_pool2d_case("2x1", {2, 2, 7, 1, 3, 2, 1, 2, 1, 0, 0, 3, 1}));
  cases.push_back(max_pool2d_case("3x3 stride 2 same", {1, 2, 5, 6, 2, 3, 3, 2, 2, 1, 0, 3, 3}));
  cases.push_back(max_pool2d_case("overlapping", {1, 1, 6, 6, 1, 3, 3, 1, 1, 0, 0, 4, 4}));
  cases.push_back(
      max_pool2d_case("GenreCnn", {1, 32, 578, 1, 100, 2, 1, 2, 1, 0, 0, 289, 1}, true));
  cases.push_back(avg_pool2d_case("2x1", {2, 2, 7, 1, 3, 2, 1, 2, 1, 0, 0, 3, 1}));
  cases.push_back(avg_pool2d_case("3x3 stride 2 same", {1, 2, 5, 6, 2, 3, 3, 2, 2, 1, 0, 3, 3}));
  cases.push_back(avg_pool2d_case("overlapping", {1, 1, 6, 6, 1, 3, 3, 1, 1, 0, 0, 4, 4}));
  using Kind = ActivationFunction::Kind;
  cases.push_back(activation_case("linear", {Kind::linear}, 33));
  cases.push_back(activation_case("relu", {Kind::relu}, 33));
  cases.push_back(activation_case("relu, GenreCnn", {Kind::relu}, 32 * 578 * 100, true));
  cases.push_back(activation_case("leaky_relu", {Kind::leaky_relu, 0.3}, 77));
  cases.push_back(activation_case("elu", {Kind::elu, 1.5}, 77));
  cases.push_back(activation_case("tanh", {Kind::tanh}, 77));
  cases.push_back(activation_case("sigmoid", {Kind::sigmoid}, 77));
  cases.push_back(activation_case("hard_sigmoid", {Kind::hard_sigmoid, 0.7}, 77));
  cases.push_back(activation_case("selu", {Kind::selu}, 77));
  cases.push_back(activation_case("softplus", {Kind::softplus}, 77));
  cases.push_back(activation_case("silu", {Kind::silu}, 77));
  cases.push_back(activation_case("gelu", {Kind::gelu}, 77));
  //                                            M  rows C
  cases.push_back(batch_norm_case("odd", {2, 7, 3, 1e-3}));
  cases.push_back(batch_norm_case("more rows than a part", {1, 700, 2, 1e-3}));
  cases.push_back(pad2d_case("every side another", {3, 4, 5, 2, 1, 2, 3, 4}));
  cases.push_back(pad2d_case("none", {1, 2, 3, 1, 0, 0, 0, 0}));
  cases.push_back(last_step_case("odd", 3, 4, 5));
  //                                        M  B  T  I  U
  cases.push_back(simple_rnn_case("one of each", {1, 1, 1, 1, 1}));
  cases.push_back(simple_rnn_case("odd", {2, 3, 5, 2, 3}));
  cases.push_back(simple_rnn_case("beyond a task", {1, 19, 3, 1, 5}));
  cases.push_back(simple_rnn_case("units for half of a block's threads", {2, 5, 3, 2, 37}));
  cases.push_back(simple_rnn_case("units for all of a block's threads", {1, 5, 3, 2, 64}));
  cases.push_back(simple_rnn_case("units for more threads than a block's", {1, 5, 3, 2, 70}));
  cases.push_back(simple_rnn_case("RnnClassifier", {1, 32, 28, 1, 20}, true));
  const ActivationFunction relu{ActivationFunction::Kind::relu},
      soft_gates{ActivationFunction::Kind::hard_sigmoid, 0.2};
  cases.push_back(simple_rnn_case("relu", {1, 3, 4, 2, 5, relu}));
  cases.push_back(lstm_case("one of each", {1, 1, 1, 1, 1}));
  cases.push_back(lstm_case("odd", {2, 3, 5, 2, 3}));
  cases.push_back(lstm_case("beyond a task", {2, 18, 3, 3, 4}));
  cases.push_back(lstm_case("beyond a small task", {2, 11, 3, 3, 4}));
  cases.push_back(lstm_case("units for half of a block's threads", {2, 5, 3, 2, 37}));
  cases.push_back(lstm_case("units for all of a block's threads", {1, 5, 3, 2, 64}));
  cases.push_back(lstm_case("units for more threads than a block's", {1, 5, 3, 2, 70}));
  cases.push_back(lstm_case("more rows than blocks for each", {9, 15, 2, 3, 5}));
  cases.push_back(lstm_case("hard sigmoid, relu", {2, 3, 4, 2, 5, relu, soft_gates}));
  cases.push_back(lstm_case("LstmClassifier, first layer", {1, 32, 28, 1, 52}, true));
  cases.push_back(lstm_case("LstmClassifier", {1, 32, 28, 52, 52}, true));
  cases.push_back(lstm_case("LstmClassifier, 20 members", {20, 32, 28, 52, 52}, true));
  for (const bool reset_after : {true, false}) {
    const std::string when = reset_after ? ", reset after" : ", reset before";
    const auto shape = [=](RecurrentShape s) {
      s.reset_after = reset_after;
      return s;
    };
    cases.push_back(gru_case("one of each" + when, shape({1, 1, 1, 1, 1})));
    cases.push_back(gru_case("odd" + when, shape({2, 3, 5, 2, 3})));
    cases.push_back(gru_case("beyond a task" + when, shape({2, 18, 3, 3, 4})));
    cases.push_back(
        gru_case("units for half of a block's threads" + when, shape({2, 5, 3, 2, 37})));
    cases.push_back(gru_case("units for all of a block's threads" + when, shape({1, 5, 3, 2, 64})));
    cases.push_back(
        gru_case("units for more threads than a block's" + when, shape({1, 5, 3, 2, 70})));
    cases.push_back(
        gru_case("hard sigmoid, relu" + when, shape({1, 3, 4, 2, 5, relu, soft_gates})));
    cases.push_back(gru_case("as wide as LstmClassifier" + when, shape({1, 32, 28, 52, 52}), true));
  }
  cases.push_back(dropout_case("odd", 3, 301, 0.3));
  cases.push_back(dropout_case("two thirds", 1, 2050, 2.0 / 3));
  cases.push_back(gaussian_noise_case("odd", 3, 301));
  cases.push_back(gaussian_noise_case("beyond a task", 2, 40001));
  cases.push_back(dropout_case("GenreCnn", 1, 32 * 28900, 0.5, true));
  cases.push_back(softmax_case("odd", 3, 7));
  cases.push_back(softmax_case("more classes than lanes", 9, 45));
  cases.push_back(cross_entropy_case("ten classes", 2, 5, 10));
  cases.push_back(cross_entropy_case("two classes", 3, 1, 2));
  cases.push_back(soft_cross_entropy_case("ten classes", 2, 5, 10, false));
  cases.push_back(soft_cross_entropy_case("more classes than lanes, weighted", 3, 11, 45, true));
  cases.push_back(steps_case("odd", {3, 7, 5, 2}));
  cases.push_back(steps_case("more members than warps, more examples than lanes", {41, 35, 2, 1}));
  cases.push_back(l2_case("odd", 3, 41));
  cases.push_back(l2_case("more than a block", 2, 9001));
  cases.push_back(arithmetic_case("add, odd", Arithmetic::add, contiguous(101)));
  cases.push_back(arithmetic_case("add, more than a task", Arithmetic::add, contiguous(70001)));
  cases.push_back(arithmetic_case("subtract, the last axis of b broadcast", Arithmetic::subtract,
                                  {2, {7, 37}, {37, 1}, {1, 0}}));
  cases.push_back(arithmetic_case("multiply, axes of both broadcast", Arithmetic::multiply,
                                  {4, {2, 3, 5, 19}, {15, 5, 1, 0}, {57, 19, 0, 1}}));
  cases.push_back(arithmetic_case("multiply, one for all", Arithmetic::multiply,
                                  {2, {3, 40000}, {40000, 1}, {1, 0}}));
  cases.push_back(arithmetic_case("add, a row to each of a picture's", Arithmetic::add,
                                  {2, {32 * 578, 100}, {100, 1}, {0, 1}}, true));
  cases.push_back(strided_copy_case("transpose", {3, {2, 7, 5}, {35, 1, 7}, {35, 5, 1}}));
  cases.push_back(
      strided_copy_case("rows in another order", {3, {2, 5, 7}, {35, 7, 1}, {7, 14, 1}}));
  cases.push_back(strided_copy_case(
      "six axes", {6, {2, 3, 2, 2, 3, 2}, {1, 2, 6, 12, 24, 72}, {72, 24, 12, 6, 2, 1}}));
  cases.push_back(rescale_case("odd", 101));
  //                                      count rows columns depth
  cases.push_back(matmul_case("one of each", {1, 1, 1, 1}));
  for (const bool transpose_a : {false, true})
    for (const bool transpose_b : {false, true}) {
      const std::string which = std::string(transpose_a ? ", a" : "") + (transpose_b ? ", b" : "");
      cases.push_back(matmul_case("odd" + which, {6, 3, 5, 7, transpose_a, transpose_b}));
      cases.push_back(
          matmul_case("beyond a tile" + which, {2, 70, 67, 33, transpose_a, transpose_b}));
    }
  cases.push_back(matmul_case("attention of 8 heads", {32 * 8, 128, 128, 64, false, true}, true));
  cases.push_back(reduce_sum_case("each member's", {3, 1, 700, 5}));
  cases.push_back(reduce_sum_case("the last axis", {2, 9, 45, 1}));
  cases.push_back(reduce_sum_case("an axis between", {2, 3, 7, 37}));
  cases.push_back(reduce_sum_case("all but the member", {2, 1, 1300, 1}));
  cases.push_back(reduce_max_case("the last axis", {2, 3, 45, 1}));
  cases.push_back(reduce_max_case("an axis between", {2, 3, 7, 37}));
  cases.push_back(layer_norm_case("odd", {2, 7, 5, 1e-3}));
  cases.push_back(layer_norm_case("more features than lanes", {2, 9, 77, 1e-5}));
  cases.push_back(layer_norm_case("more rows than a part", {1, 700, 3, 1e-5}));
  cases.push_back(layer_norm_case("of a transformer", {1, 32 * 128, 256, 1e-5}, true));
  cases.push_back(sgd_case("no momentum", 3, {29, 1, 7}, {}));
  cases.push_back(sgd_case("momentum", 2, std::vector<std::int64_t>(40, 3), {.momentum = 0.9}));
  cases.push_back(rmsprop_case("plain", 3, {29, 1, 7}, {}));
  cases.push_back(rmsprop_case("momentum", 2, std::vector<std::int64_t>(40, 3), {.momentum = 0.9}));
  cases.push_back(rmsprop_case("centered", 3, {29, 40000}, {.momentum = 0.5, .centered = true}));
  cases.push_back(sgd_case("Nesterov", 3, {29, 40000}, {.momentum = 0.9, .nesterov = true}));
  cases.push_back(clip_by_global_norm_case("clipped", 3, {29, 1, 20000}, 0.5));
  cases.push_back(
      clip_by_global_norm_case("short enough", 2, std::vector<std::int64_t>(40, 3), 99));
  cases.push_back(adam_case("odd", 3, {29, 1, 7}));
  cases.push_back(adam_case("more parameters than a launch", 2, std::vector<std::int64_t>(40, 3)));
  cases.push_back(adam_case("decay of the first", 3, {29, 1, 7}, true));
  cases.push_back(adam_case("GenreCnn", 1, {28900 * 128}, false, true));
  cases.push_back(dense_adam_case("odd", {2, 3, 7, 5}));
  cases.push_back(dense_adam_case("beyond a tile", {1, 9, 70, 67}));
  cases.push_back(dense_adam_case("many rows", {2, 600, 3, 5}));
  cases.push_back(dense_adam_case("decay", {2, 3, 7, 5}, true));
  cases.push_back(dense_adam_case("GenreCnn", {1, 32, 28900, 128}, false, true));
  return cases;
}

}  // namespace

const std::vector<OperationCase>& operation_cases() {
  static const std::vector<OperationCase> cases = make_cases();
  return cases;
}

template <class Real>
Arrays<Real>::Arrays(Device device, const OperationCase& c)
    : integers(device, c.integers), bytes(device, c.bytes), device_(device) {}

template <class Real>
Real* Arrays<Real>::room(const std::string& name, std::size_t length) {
  if (!reals_.count(name))
    set(name, std::vector<Real>(length, std::numeric_limits<Real>::quiet_NaN()));
  return (*this)[name];
}

template <class Real>
std::vector<std::string> Arrays<Real>::names() const {
  std::vector<std::string> names;
  for (const auto& entry : reals_) names.push_back(entry.first);
  return names;
}

template class Arrays<float>;
template class Arrays<double>;

template <class Real>
Arrays<Real> arrays_of(const OperationCase& c, Device device) {
  Arrays<Real> arrays(device, c);
  std::uint64_t key = 0;
  const auto values = [&](const std::string& name, std::int64_t length) {
    ++key;
    std::vector<Real> array;
    for (std::int64_t i = 0; i < length; ++i) {
      const Real value =
          2 * kernels::unit_interval(kernels::philox(key, 0, static_cast<std::uint64_t>(i))[0]) - 1;
      const bool round = c.coarse && std::is_same_v<Real, float>;  // in double it would be a corner
      array.push_back(round ? std::floor(16 * value) / 16 : value);
    }
    arrays.set(name, array);
  };
  for (const auto& [name, length] : c.inputs) values(name, length);
  for (const auto& [name, length] : c.outputs) {
    arrays.room(name, static_cast<std::size_t>(length));
    values("d" + name, length);
  }
  for (const auto& name : c.gradients)
    arrays.room("d" + name, static_cast<std::size_t>(c.inputs.at(name)));
  if constexpr (std::is_same_v<Real, float>)
    c.in_float.prepare(arrays);
  else
    c.in_double.prepare(arrays);
  return arrays;
}

template Arrays<float> arrays_of(const OperationCase&, Device);
template Arrays<double> arrays_of(const OperationCase&, Device);

Arrays<float> run(const OperationCase& c, Device device) {
  auto arrays = arrays_of<float>(c, device);
  c.in_float.forward(kernels::backend<float>(device), arrays);
  c.in_float.backward(kernels::backend<float>(device), arrays);
  return arrays;
}

}  // namespace tutti::test
