#include "tests/support/operations.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kernels/support/philox.h"

namespace tutti::test {

using namespace kernels;

namespace {

constexpr auto nothing_to_prepare = [](auto&) {};

/// Gives a case what it runs: generic lambdas (backend, arrays), compiled for float and for double.
template <class Forward, class Backward, class Prepare = decltype(nothing_to_prepare)>
OperationCase running(OperationCase c, Forward forward, Backward backward,
                      Prepare prepare = nothing_to_prepare) {
  c.in_float = {forward, backward, prepare};
  c.in_double = {forward, backward, prepare};
  return c;
}

std::vector<std::uint8_t> some_bytes(std::int64_t count) {
  std::vector<std::uint8_t> bytes;
  for (std::int64_t i = 0; i < count; ++i)
    bytes.push_back(static_cast<std::uint8_t>(philox(99, 0, static_cast<std::uint64_t>(i))[0]));
  return bytes;
}

std::vector<std::int32_t> some_integers(std::int64_t count, std::uint32_t below) {
  std::vector<std::int32_t> integers;
  for (std::int64_t i = 0; i < count; ++i)
    integers.push_back(
        static_cast<std::int32_t>(philox(98, 0, static_cast<std::uint64_t>(i))[1] % below));
  return integers;
}

template <class Real, class A>
GatheredBytes<Real> gathered(const A& arrays, const GatheredOptions& options = {}) {
  return {arrays.bytes.data(), arrays.integers.data(), static_cast<Real>(options.scale),
          static_cast<Real>(options.offset)};
}

template <class B>
struct RealOf;
template <class Real>
struct RealOf<Backend<Real>> {
  using type = Real;
};
template <class B>
using real_of = typename RealOf<std::remove_reference_t<B>>::type;

/// Adam's state at the start, and a rate for each member.
template <class A>
void prepare_adam(A& a, std::int64_t members) {
  auto rates = a.values("w"), zeros = a.values("w");
  rates.assign(static_cast<std::size_t>(members), 1e-3f);
  rates[0] = 2e-3f;
  zeros.assign(zeros.size(), 0);
  a.set("rates", rates);
  for (auto& rate : rates) rate *= 20;
  a.set("decay", rates);
  a.set("w_new", a.values("w"));
  a.set("m", zeros);
  a.set("v", zeros);
}

}  // namespace

Conv2dShape conv_shape(std::int64_t members, std::int64_t batch, std::int64_t height,
                       std::int64_t width, std::int64_t channels, std::int64_t kernel_height,
                       std::int64_t kernel_width, std::int64_t filters, std::int64_t stride_height,
                       std::int64_t stride_width, bool same) {
  const auto count = [same](std::int64_t length, std::int64_t window, std::int64_t stride) {
    return same ? (length + stride - 1) / stride : (length - window) / stride + 1;
  };
  const auto pad = [same](std::int64_t length, std::int64_t window, std::int64_t stride,
                          std::int64_t out) {
    return same ? std::max<std::int64_t>(0, (out - 1) * stride + window - length) / 2 : 0;
  };
  const std::int64_t out_height = count(height, kernel_height, stride_height);
  const std::int64_t out_width = count(width, kernel_width, stride_width);
  return {members,
          batch,
          height,
          width,
          channels,
          kernel_height,
          kernel_width,
          filters,
          stride_height,
          stride_width,
          pad(height, kernel_height, stride_height, out_height),
          pad(width, kernel_width, stride_width, out_width),
          out_height,
          out_width};
}

Conv2dShape dilated(Conv2dShape s, std::int64_t down, std::int64_t across) {
  s.dilation_height = down;
  s.dilation_width = across;
  s.out_height = (s.height - down * (s.kernel_height - 1) - 1) / s.stride_height + 1;
  s.out_width = (s.width - across * (s.kernel_width - 1) - 1) / s.stride_width + 1;
  return s;
}

OperationCase conv2d_case(std::string name, const Conv2dShape& s, bool large) {
  const std::int64_t images = s.members * s.batch,
                     window = s.kernel_height * s.kernel_width * s.channels;
  return running(
      {.operation = "conv2d",
       .name = std::move(name),
       .inputs = {{"x", images * s.height * s.width * s.channels},
                  {"w", s.members * window * s.filters},
                  {"b", s.members * s.filters}},
       .outputs = {{"y", images * s.out_height * s.out_width * s.filters}},
       .gradients = {"x", "w", "b"},
       .flops = 2.0 * static_cast<double>(images * s.out_height * s.out_width * s.filters * window),
       .large = large},
      [s](auto& backend, auto& a) { backend.conv2d(s, a["x"], a["w"], a["b"], a["y"]); },
      [s](auto& backend, auto& a) {
        backend.conv2d_backward_input(s, a["w"], a["dy"], a["dx"]);
        backend.conv2d_backward_filter(s, a["x"], a["dy"], a["dw"]);
        backend.bias_backward(s.members, s.batch * s.out_height * s.out_width, s.filters, a["dy"],
                              a["db"]);
      });
}

OperationCase conv2d_gathered_case(std::string name, const Conv2dShape& s, std::int64_t examples,
                                   const GatheredOptions& options) {
  OperationCase c = conv2d_case(std::move(name), s, options.large);
  c.operation = "conv2d_gathered";
  c.inputs.erase("x");
  c.gradients = {"w", "b"};
  c.bytes = some_bytes(examples * s.height * s.width * s.channels);
  c.integers = some_integers(s.members * s.batch, static_cast<std::uint32_t>(examples));
  return running(
      std::move(c),
      [s, options](auto& backend, auto& a) {
        backend.conv2d_gathered(s, gathered<real_of<decltype(backend)>>(a, options), a["w"], a["b"],
                                a["y"]);
      },
      [s, options](auto& backend, auto& a) {
        backend.conv2d_gathered_backward_filter(s, gathered<real_of<decltype(backend)>>(a, options),
                                                a["dy"], a["dw"]);
        backend.bias_backward(s.members, s.batch * s.out_height * s.out_width, s.filters, a["dy"],
                              a["db"]);
      });
}

OperationCase conv2d_relu_pool_case(std::string name, const Conv2dShape& s, std::int64_t examples,
                                    const GatheredOptions& options) {
  const std::int64_t images = s.members * s.batch, rows = s.batch * s.out_height * s.out_width;
  const std::int64_t size = s.members * rows * s.filters;
  const Pool2dShape pool{s.members, s.batch, s.out_height,     s.out_width, s.filters, 2, 1, 2, 1,
                         0,         0,       s.out_height / 2, s.out_width};
  const ActivationFunction relu{ActivationFunction::Kind::relu};
  OperationCase c = conv2d_gathered_case(std::move(name), s, examples, options);
  c.operation = "conv2d_relu_pool";
  c.outputs = {{"y", images * s.out_height / 2 * s.out_width * s.filters}};
  c.coarse = true;
  // The argmaxes, or the outputs that are not pooled and their gradients.
  const auto work = [=](auto& a) { return a.room("work", 2 * static_cast<std::size_t>(size)); };
  return running(
      std::move(c),
      [=](auto& backend, auto& a) {
        const auto x = gathered<real_of<decltype(backend)>>(a, options);
        auto* all = work(a);
        if (backend.has_conv2d_relu_pool(s, x))
          return backend.conv2d_relu_pool(s, x, a["w"], a["b"], a["y"],
                                          reinterpret_cast<std::uint8_t*>(all));
        backend.conv2d_gathered(s, x, a["w"], a["b"], all);
        backend.activation(relu, size, all, all);
        backend.max_pool2d(pool, all, a["y"]);
      },
      [=](auto& backend, auto& a) {
        const auto x = gathered<real_of<decltype(backend)>>(a, options);
        auto *all = work(a), *dall = all + size;
        if (backend.has_conv2d_relu_pool(s, x))
          return backend.conv2d_relu_pool_backward(
              s, x, a["dy"], reinterpret_cast<const std::uint8_t*>(all), a["dw"], a["db"]);
        backend.max_pool2d_backward(pool, all, a["dy"], dall);
        backend.activation_backward(relu, size, all, dall, dall);
        backend.conv2d_gathered_backward_filter(s, x, dall, a["dw"]);
        backend.bias_backward(s.members, rows, s.filters, dall, a["db"]);
      });
}

OperationCase gather_case(std::string name, std::int64_t count, std::int64_t size,
                          std::int64_t examples) {
  return running(
      {.operation = "gather",
       .name = std::move(name),
       .inputs = {{"data", examples * size}},
       .outputs = {{"x", count * size}, {"from_bytes", count * size}},
       .gradients = {},
       .integers = some_integers(count, static_cast<std::uint32_t>(examples)),
       .bytes = some_bytes(examples * size)},
      [=](auto& backend, auto& a) {
        backend.gather(count, size, a["data"], a.integers.data(), a["x"]);
        backend.gather(count, size, gathered<real_of<decltype(backend)>>(a), a["from_bytes"]);
      },
      [](auto&, auto&) {});
}

OperationCase dense_case(std::string name, const DenseShape& s, bool large) {
  return running(
      {.operation = "dense",
       .name = std::move(name),
       .inputs = {{"x", s.members * s.batch * s.inputs},
                  {"w", s.members * s.inputs * s.outputs},
                  {"b", s.members * s.outputs}},
       .outputs = {{"y", s.members * s.batch * s.outputs}},
       .gradients = {"x", "w", "b"},
       .flops = 2.0 * static_cast<double>(s.members * s.batch * s.inputs * s.outputs),
       .large = large},
      [s](auto& backend, auto& a) { backend.dense(s, a["x"], a["w"], a["b"], a["y"]); },
      [s](auto& backend, auto& a) {
        backend.dense_backward_input(s, a["w"], a["dy"], a["dx"]);
        backend.dense_backward_weights(s, a["x"], a["dy"], a["dw"]);
        backend.bias_backward(s.members, s.batch, s.outputs, a["dy"], a["db"]);
      });
}

OperationCase max_pool2d_case(std::string name, const Pool2dShape& s, bool large) {
  const std::int64_t images = s.members * s.batch;
  return running(
      {.operation = "max_pool2d",
       .name = std::move(name),
       .inputs = {{"x", images * s.height * s.width * s.channels}},
       .outputs = {{"y", images * s.out_height * s.out_width * s.channels}},
       .gradients = {"x"},
       .large = large},
      [s](auto& backend, auto& a) { backend.max_pool2d(s, a["x"], a["y"]); },
      [s](auto& backend, auto& a) { backend.max_pool2d_backward(s, a["x"], a["dy"], a["dx"]); });
}

OperationCase avg_pool2d_case(std::string name, const Pool2dShape& s) {
  const std::int64_t images = s.members * s.batch;
  return running(
      {.operation = "avg_pool2d",
       .name = std::move(name),
       .inputs = {{"x", images * s.height * s.width * s.channels}},
       .outputs = {{"y", images * s.out_height * s.out_width * s.channels}},
       .gradients = {"x"}},
      [s](auto& backend, auto& a) { backend.avg_pool2d(s, a["x"], a["y"]); },
      [s](auto& backend, auto& a) { backend.avg_pool2d_backward(s, a["dy"], a["dx"]); });
}

OperationCase activation_case(std::string name, ActivationFunction f, std::int64_t size,
                              bool large) {
  return running(
      {.operation = "activation",
       .name = std::move(name),
       .inputs = {{"x", size}},
       .outputs = {{"y", size}},
       .gradients = {"x"},
       .large = large},
      [=](auto& backend, auto& a) { backend.activation(f, size, a["x"], a["y"]); },
      [=](auto& backend, auto& a) {
        backend.activation_backward(f, size, f.has_derivative_from_input() ? a["x"] : a["y"],
                                    a["dy"], a["dx"]);
      });
}

OperationCase batch_norm_case(std::string name, const BatchNormShape& s) {
  const std::int64_t size = s.members * s.rows * s.channels, channels = s.members * s.channels;
  return running(
      {.operation = "batch_norm",
       .name = std::move(name),
       .inputs = {{"x", size}, {"gamma", channels}, {"beta", channels}},
       .outputs = {{"y", size}},
       .gradients = {"x", "gamma", "beta"},
       .tolerance = 1e-4},  // divides by standard deviations
      [s](auto& backend, auto& a) {
        backend.batch_norm(s, a["x"], a["gamma"], a["beta"], a["mean"], a["variance"], a["y"]);
        backend.batch_norm_inference(s, a["x"], a["gamma"], a["beta"], a["mean"], a["variance"],
                                     a["inferred"]);
        backend.moving_average(s.members, s.channels, 0.01, nullptr, a["mean"], a["moving_mean"]);
      },
      [s](auto& backend, auto& a) {
        backend.batch_norm_backward(s, a["x"], a["gamma"], a["mean"], a["variance"], a["dy"],
                                    a["dx"], a["dgamma"], a["dbeta"]);
      },
      [=](auto& a) {
        a.room("mean", static_cast<std::size_t>(channels));
        a.room("variance", static_cast<std::size_t>(channels));
        a.room("inferred", static_cast<std::size_t>(size));
        a.set("moving_mean", a.values("gamma"));
      });
}

OperationCase pad2d_case(std::string name, const Pad2dShape& s) {
  return running(
      {.operation = "pad2d",
       .name = std::move(name),
       .inputs = {{"x", s.images * s.height * s.width * s.channels}},
       .outputs = {{"y", s.images * (s.top + s.height + s.bottom) * (s.left + s.width + s.right) *
                             s.channels}},
       .gradients = {"x"}},
      [s](auto& backend, auto& a) { backend.pad2d(s, a["x"], a["y"]); },
      [s](auto& backend, auto& a) { backend.pad2d_backward(s, a["dy"], a["dx"]); });
}

OperationCase last_step_case(std::string name, std::int64_t rows, std::int64_t steps,
                             std::int64_t units) {
  return running(
      {.operation = "last_step",
       .name = std::move(name),
       .inputs = {{"x", rows * steps * units}},
       .outputs = {{"y", rows * units}},
       .gradients = {"x"}},
      [=](auto& backend, auto& a) { backend.last_step(rows, steps, units, a["x"], a["y"]); },
      [=](auto& backend, auto& a) {
        backend.last_step_backward(rows, steps, units, a["dy"], a["dx"]);
      });
}

namespace {

/// What the cases of a recurrent layer with g pre-activations share.
OperationCase recurrent_case(const char* operation, std::string name, const RecurrentShape& s,
                             std::int64_t g, std::int64_t biases, bool large) {
  const std::int64_t steps = s.members * s.batch * s.steps;
  return {.operation = operation,
          .name = std::move(name),
          .inputs = {{"x", steps * s.inputs},
                     {"w", s.members * s.inputs * g},
                     {"u", s.members * s.units * g},
                     {"b", s.members * biases}},
          .outputs = {{"h", steps * s.units}},
          .gradients = {"x", "w", "u", "b"},
          .flops = 2.0 * static_cast<double>(steps * g * (s.inputs + s.units)),
          .large = large};
}

/// The recurrent kernel small enough that steps do not magnify the rounding of steps before.
template <class A>
void soften(A& a, std::int64_t units) {
  auto u = a.values("u");
  for (auto& value : u) value /= std::sqrt(static_cast<float>(units));
  a.set("u", u);
}

}  // namespace

OperationCase simple_rnn_case(std::string name, const RecurrentShape& s, bool large) {
  return running(
      recurrent_case("simple_rnn", std::move(name), s, s.units, s.units, large),
      [s](auto& backend, auto& a) {
        backend.simple_rnn(s, a["x"], a["w"], a["u"], a["b"], a["h"]);
      },
      [s](auto& backend, auto& a) {
        backend.simple_rnn_backward(s, a["x"], a["w"], a["u"], a["h"], a["dh"], a["work"], a["dx"],
                                    a["dw"], a["du"], a["db"]);
      },
      [s](auto& a) {
        soften(a, s.units);
        a.room("work", static_cast<std::size_t>(s.members * s.batch * s.steps * s.units));
      });
}

OperationCase lstm_case(std::string name, const RecurrentShape& s, bool large) {
  return running(
      recurrent_case("lstm", std::move(name), s, 4 * s.units, 4 * s.units, large),
      [s](auto& backend, auto& a) {
        backend.lstm(s, a["x"], a["w"], a["u"], a["b"], a["gates"], a["cells"], a["h"]);
      },
      [s](auto& backend, auto& a) {
        backend.lstm_backward(s, a["x"], a["w"], a["u"], a["gates"], a["cells"], a["h"], a["dh"],
                              a["work"], a["dx"], a["dw"], a["du"], a["db"]);
      },
      [s](auto& a) {
        soften(a, s.units);
        const auto states = static_cast<std::size_t>(s.members * s.batch * s.steps * s.units);
        a.room("gates", 4 * states);
        a.room("cells", states);
        a.room("work", 4 * states);
      });
}

OperationCase gru_case(std::string name, const RecurrentShape& s, bool large) {
  const auto states = static_cast<std::size_t>(s.members * s.batch * s.steps * s.units);
  return running(
      recurrent_case("gru", std::move(name), s, 3 * s.units, (s.reset_after ? 6 : 3) * s.units,
                     large),
      [s](auto& backend, auto& a) {
        backend.gru(s, a["x"], a["w"], a["u"], a["b"], a["gates"], a["inner"], a["h"]);
      },
      [s, states](auto& backend, auto& a) {
        backend.gru_backward(s, a["x"], a["w"], a["u"], a["gates"], a["inner"], a["h"], a["dh"],
                             a["work"], a["work"] + 3 * states, a["dx"], a["dw"], a["du"], a["db"]);
      },
      [s, states](auto& a) {
        soften(a, s.units);
        a.room("gates", 3 * states);
        a.room("inner", states);
        a.room("work", 4 * states);
      });
}

OperationCase dropout_case(std::string name, std::int64_t members, std::int64_t size, double rate,
                           bool large) {
  return running(
      {.operation = "dropout",
       .name = std::move(name),
       .inputs = {{"x", members * size}},
       .outputs = {{"y", members * size}},
       .gradients = {"x"},
       .integers = some_integers(3 * members, 1u << 31),
       .large = large},
      [=](auto& backend, auto& a) {
        backend.dropout(members, size, rate, a.integers.data(), 6, a["x"], a["y"]);
      },
      [=](auto& backend, auto& a) {
        backend.dropout(members, size, rate, a.integers.data(), 6, a["dy"], a["dx"]);
      });
}

OperationCase gaussian_noise_case(std::string name, std::int64_t members, std::int64_t size) {
  return running(
      {.operation = "gaussian_noise",
       .name = std::move(name),
       .inputs = {{"x", members * size}},
       .outputs = {{"y", members * size}},
       .gradients = {},
       .integers = some_integers(3 * members, 1u << 31)},
      [=](auto& backend, auto& a) {
        backend.gaussian_noise(members, size, 0.5, a.integers.data(), 6, a["x"], a["y"]);
      },
      [](auto&, auto&) {});
}

OperationCase softmax_case(std::string name, std::int64_t rows, std::int64_t classes) {
  return running(
      {.operation = "softmax",
       .name = std::move(name),
       .inputs = {{"x", rows * classes}},
       .outputs = {{"y", rows * classes}},
       .gradients = {"x"}},
      [=](auto& backend, auto& a) { backend.softmax(rows, classes, a["x"], a["y"]); },
      [=](auto& backend, auto& a) {
        backend.softmax_backward(rows, classes, a["y"], a["dy"], a["dx"]);
      });
}

OperationCase cross_entropy_case(std::string name, std::int64_t members, std::int64_t batch,
                                 std::int64_t classes) {
  const std::int64_t size = members * batch * classes;
  return running(
      {.operation = "softmax_cross_entropy",
       .name = std::move(name),
       .inputs = {{"x", size}},
       .outputs = {{"loss", members}},
       .gradients = {"x"},
       .integers = some_integers(members * batch, static_cast<std::uint32_t>(classes))},
      [=](auto& backend, auto& a) {
        backend.softmax_cross_entropy(members, batch, classes, a["x"], a.integers.data(),
                                      a["probabilities"], a["loss"]);
      },
      [=](auto& backend, auto& a) {
        backend.softmax_cross_entropy_backward(members, batch, classes, a["probabilities"],
                                               a.integers.data(), a["dloss"], a["dx"]);
      },
      [=](auto& a) { a.room("probabilities", static_cast<std::size_t>(size)); });
}

OperationCase soft_cross_entropy_case(std::string name, std::int64_t members, std::int64_t batch,
                                      std::int64_t classes, bool weighted) {
  const std::int64_t size = members * batch * classes;
  return running(
      {.operation = "soft_cross_entropy",
       .name = std::move(name),
       .inputs = {{"x", size}, {"weights", members * classes}},
       .outputs = {{"loss", members}, {"targets", size}},
       .gradients = {"x"},
       .integers = some_integers(members * batch, static_cast<std::uint32_t>(classes))},
      [=](auto& backend, auto& a) {
        backend.soft_targets(members, batch, classes, 0.1, a.integers.data(),
                             weighted ? a["weights"] : nullptr, a["targets"]);
        backend.soft_cross_entropy(members, batch, classes, a["x"], a["targets"],
                                   a["probabilities"], a["loss"]);
      },
      [=](auto& backend, auto& a) {
        backend.soft_cross_entropy_backward(members, batch, classes, a["probabilities"],
                                            a["targets"], a["dloss"], a["dx"]);
      },
      [=](auto& a) { a.room("probabilities", static_cast<std::size_t>(size)); });
}

OperationCase steps_case(std::string name, const StepShape& s) {
  constexpr std::int64_t steps = 3;
  const std::int64_t labels = s.members * s.batch, row = labels + 2, size = s.rates * s.members;
  // 0, the place of the next step, its numbers, and the table of all steps'.
  std::vector<std::int32_t> integers =
      some_integers(2 + row + steps * row, static_cast<std::uint32_t>(s.classes));
  integers[0] = integers[1] = 0;
  return running(
      {.operation = "steps",
       .name = std::move(name),
       .inputs = {{"loss", steps * s.members},
                  {"probabilities", steps * labels * s.classes},
                  {"table", steps * size}},
       .outputs = {{"outcomes", steps * 2 * s.members}, {"rates", size}},
       .gradients = {},
       .integers = std::move(integers)},
      [=](auto& backend, auto& a) {
        std::int32_t *zero = a.integers.data(), *next = zero + 1, *numbers = next + 1;
        backend.begin_step(1, 0, zero, zero, next);
        for (std::int64_t step = 0; step < steps; ++step) {
          backend.begin_step(labels, row, numbers + row, next, numbers);
          backend.judge_step(s, a["loss"] + step * s.members,
                             a["probabilities"] + step * labels * s.classes, numbers, a["table"],
                             next, a["outcomes"], a["rates"]);
        }
      },
      [](auto&, auto&) {});
}

OperationCase l2_case(std::string name, std::int64_t members, std::int64_t size) {
  return running(
      {.operation = "l2",
       .name = std::move(name),
       .inputs = {{"w", members * size}},
       .outputs = {{"loss", members}},
       .gradients = {"w"}},
      [=](auto& backend, auto& a) { backend.l2(members, size, 0.03, a["w"], a["loss"]); },
      [=](auto& backend, auto& a) {
        backend.l2_backward(members, size, 0.03, a["w"], a["dloss"], a["dw"]);
      });
}

namespace {

/// How many elements an array has that is walked by these strides.
std::int64_t walked(const StridedShape& s, const std::int64_t* strides) {
  std::int64_t last = 0;
  for (int n = 0; n < s.axes; ++n) last += (s.length[n] - 1) * strides[n];
  return last + 1;
}

}  // namespace

// Its gradient is composed: see engine/ops/arithmetic.cpp.
OperationCase arithmetic_case(std::string name, Arithmetic operation, const StridedShape& s,
                              bool large) {
  return running(
      {.operation = "arithmetic",
       .name = std::move(name),
       .inputs = {{"a", walked(s, s.a)}, {"b", walked(s, s.b)}},
       .outputs = {{"y", s.elements()}},
       .gradients = {},
       .large = large},
      [=](auto& backend, auto& a) { backend.arithmetic(operation, s, a["a"], a["b"], a["y"]); },
      [](auto&, auto&) {});
}

OperationCase strided_copy_case(std::string name, const StridedShape& s) {
  StridedShape back = s;
  std::swap(back.a, back.b);
  return running(
      {.operation = "strided_copy",
       .name = std::move(name),
       .inputs = {{"x", s.elements()}},
       .outputs = {{"y", s.elements()}},
       .gradients = {"x"}},
      [=](auto& backend, auto& a) { backend.strided_copy(s, a["x"], a["y"]); },
      [=](auto& backend, auto& a) { backend.strided_copy(back, a["dy"], a["dx"]); });
}

OperationCase rescale_case(std::string name, std::int64_t size) {
  return running(
      {.operation = "rescale",
       .name = std::move(name),
       .inputs = {{"x", size}},
       .outputs = {{"y", size}, {"ones", size}},
       .gradients = {"x"}},
      [=](auto& backend, auto& a) {
        backend.rescale(size, -0.3, 2, a["x"], a["y"]);
        backend.fill(size, 1, a["ones"]);
      },
      [=](auto& backend, auto& a) { backend.rescale(size, -0.3, 0, a["dy"], a["dx"]); });
}

OperationCase matmul_case(std::string name, const MatmulShape& s, bool large) {
  const double products = static_cast<double>(s.count * s.rows * s.depth * s.columns);
  return running(
      {.operation = "matmul",
       .name = std::move(name),
       .inputs = {{"a", s.count * s.rows * s.depth}, {"b", s.count * s.depth * s.columns}},
       .outputs = {{"y", s.count * s.rows * s.columns}},
       .gradients = {},
       .flops = 2 * products,
       .large = large},
      [=](auto& backend, auto& a) { backend.matmul(s, a["a"], a["b"], a["y"]); },
      [](auto&, auto&) {});
}

OperationCase reduce_sum_case(std::string name, const ReduceShape& s) {
  const std::int64_t size = s.members * s.outer * s.inner;
  return running(
      {.operation = "reduce_sum",
       .name = std::move(name),
       .inputs = {{"x", size * s.length}},
       .outputs = {{"y", size}},
       .gradients = {}},
      [=](auto& backend, auto& a) { backend.reduce_sum(s, 0.25, a["x"], a["y"]); },
      [](auto&, auto&) {});
}

OperationCase reduce_max_case(std::string name, const ReduceShape& s) {
  const std::int64_t size = s.members * s.outer * s.inner;
  return running(
      {.operation = "reduce_max",
       .name = std::move(name),
       .inputs = {{"x", size * s.length}},
       .outputs = {{"y", size}},
       .gradients = {"x"},
       .coarse = true},  // so that some are equal
      [=](auto& backend, auto& a) { backend.reduce_max(s, a["x"], a["y"]); },
      [=](auto& backend, auto& a) { backend.reduce_max_backward(s, a["x"], a["dy"], a["dx"]); });
}

OperationCase layer_norm_case(std::string name, const LayerNormShape& s, bool large) {
  const std::int64_t rows = s.members * s.rows, size = rows * s.features;
  return running(
      {.operation = "layer_norm",
       .name = std::move(name),
       .inputs = {{"x", size}, {"gamma", s.members * s.features}, {"beta", s.members * s.features}},
       .outputs = {{"y", size}},
       .gradients = {"x", "gamma", "beta"},
       .large = large},
      [=](auto& backend, auto& a) {
        backend.layer_norm(s, a["x"], a["gamma"], a["beta"], a["mean"], a["scale"], a["y"]);
      },
      [=](auto& backend, auto& a) {
        backend.layer_norm_backward(s, a["x"], a["gamma"], a["mean"], a["scale"], a["dy"], a["dx"],
                                    a["dgamma"], a["dbeta"]);
      },
      [=](auto& a) {
        a.room("mean", static_cast<std::size_t>(rows));
        a.room("scale", static_cast<std::size_t>(rows));
      });
}

namespace {

/// Parameters of the given sizes in arrays [their sum * M], one after another: make(size, at).
template <class Make>
auto in_a_row(std::int64_t members, const std::vector<std::int64_t>& sizes, Make make) {
  std::vector<decltype(make(std::int64_t{}, std::int64_t{}))> parameters;
  std::int64_t at = 0;
  for (const auto own : sizes) {
    parameters.push_back(make(own, at));
    at += members * own;
  }
  return parameters;
}

}  // namespace

OperationCase sgd_case(std::string name, std::int64_t members,
                       const std::vector<std::int64_t>& sizes, const SgdSettings& settings) {
  const std::int64_t size = members * std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
  return running(
      {.operation = "sgd",
       .name = std::move(name),
       .inputs = {{"w", size}, {"g", size}},
       .outputs = {{"w_new", size}},
       .gradients = {},
       .traffic = 2.0 * (settings.momentum == 0 ? 3 : 5) * static_cast<double>(size)},
      [=](auto& backend, auto& a) {
        using Parameter = SgdParameter<real_of<decltype(backend)>>;
        auto* v = settings.momentum == 0 ? nullptr : a["v"];
        const auto parameters = in_a_row(members, sizes, [&](std::int64_t own, std::int64_t at) {
          return Parameter{own, a["g"] + at, a["w_new"] + at, v ? v + at : nullptr};
        });
        for (int step = 1; step <= 2; ++step)
          backend.sgd(members, parameters, settings, a["rates"]);
      },
      [](auto&, auto&) {}, [=](auto& a) { prepare_adam(a, members); });
}

OperationCase rmsprop_case(std::string name, std::int64_t members,
                           const std::vector<std::int64_t>& sizes,
                           const RmspropSettings& settings) {
  const std::int64_t size = members * std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
  return running(
      {.operation = "rmsprop",
       .name = std::move(name),
       .inputs = {{"w", size}, {"g", size}},
       .outputs = {{"w_new", size}, {"v", size}},
       .gradients = {}},
      [=](auto& backend, auto& a) {
        using Parameter = RmspropParameter<real_of<decltype(backend)>>;
        auto *momentum = settings.momentum == 0 ? nullptr : a["momentum"],
             *mean = settings.centered ? a["mean"] : nullptr;
        const auto parameters = in_a_row(members, sizes, [&](std::int64_t own, std::int64_t at) {
          return Parameter{own,
                           a["g"] + at,
                           a["w_new"] + at,
                           a["v"] + at,
                           momentum ? momentum + at : nullptr,
                           mean ? mean + at : nullptr};
        });
        for (int step = 1; step <= 2; ++step)
          backend.rmsprop(members, parameters, settings, a["rates"]);
      },
      [](auto&, auto&) {},
      [=](auto& a) {
        prepare_adam(a, members);
        a.set("momentum", a.values("v"));
        a.set("mean", a.values("v"));
      });
}

OperationCase clip_by_global_norm_case(std::string name, std::int64_t members,
                                       const std::vector<std::int64_t>& sizes, double max_norm) {
  const std::int64_t size = members * std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
  return running(
      {.operation = "clip_by_global_norm",
       .name = std::move(name),
       .inputs = {{"g", size}},
       .outputs = {{"clipped", size}, {"norms", members}},
       .gradients = {}},
      [=](auto& backend, auto& a) {
        using Gradient = ClippedGradient<real_of<decltype(backend)>>;
        const auto gradients = in_a_row(members, sizes, [&](std::int64_t own, std::int64_t at) {
          return Gradient{own, a["g"] + at, a["clipped"] + at};
        });
        backend.clip_by_global_norm(members, gradients, max_norm, a["norms"]);
      },
      [](auto&, auto&) {});
}

OperationCase adam_case(std::string name, std::int64_t members,
                        const std::vector<std::int64_t>& sizes, bool decays, bool large) {
  const std::int64_t size = std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
  return running(
      {.operation = "adam",
       .name = std::move(name),
       .inputs = {{"w", members * size}, {"g", members * size}},
       .outputs = {{"w_new", members * size}, {"m", members * size}, {"v", members * size}},
       .gradients = {},
       .traffic = 2.0 * 7 * static_cast<double>(members * size),  // reads g w m v, writes w m v
       .large = large},
      [=](auto& backend, auto& a) {
        using Parameter = AdamParameter<real_of<decltype(backend)>>;
        const auto parameters = in_a_row(members, sizes, [&](std::int64_t own, std::int64_t at) {
          return Parameter{own,         a["g"] + at, a["w_new"] + at,
                           a["m"] + at, a["v"] + at, decays && at == 0 ? a["decay"] : nullptr};
        });
        for (int step = 1; step <= 2; ++step)
          backend.adam(members, parameters, {0.9, 0.999, 1e-7}, a["rates"]);
      },
      [](auto&, auto&) {}, [=](auto& a) { prepare_adam(a, members); });
}

OperationCase dense_adam_case(std::string name, const DenseShape& s, bool decays, bool large) {
  const std::int64_t size = s.members * s.inputs * s.outputs;
  return running(
      {.operation = "dense_adam",
       .name = std::move(name),
       .inputs = {{"w", size},
                  {"x", s.members * s.batch * s.inputs},
                  {"dy", s.members * s.batch * s.outputs}},
       .outputs = {{"w_new", size}, {"m", size}, {"v", size}},
       .gradients = {},
       .flops = 2 * 2.0 * static_cast<double>(size * s.batch),
       .traffic = 2 * (6.0 * static_cast<double>(size) +  // reads and writes w m v
                       static_cast<double>(s.members * s.batch * (s.inputs + s.outputs))),
       .coarse = true,  // a gradient of next to nothing moves a weight by its sign
       .large = large},
      [=](auto& backend, auto& a) {
        for (int step = 1; step <= 2; ++step)
          backend.dense_adam(s, {0.9, 0.999, 1e-7}, a["rates"], a["x"], a["dy"], a["w_new"], a["m"],
                             a["v"], decays ? a["decay"] : nullptr);
      },
      [](auto&, auto&) {}, [=](auto& a) { prepare_adam(a, s.members); });
}

}  // namespace tutti::test
