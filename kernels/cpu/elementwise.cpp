#include <algorithm>
#include <cmath>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/vector_math.h"
#include "kernels/support/simd.h"
#include "kernels/support/threads.h"

namespace tutti::kernels {
namespace {

TUTTI_SIMD void rescale_range(std::int64_t n, float scale, float offset, const float* x, float* y) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = scale * x[i] + offset;
}

TUTTI_SIMD void moving_average_range(std::int64_t n, float share, const float* value,
                                     float* average) {
  for (std::int64_t i = 0; i < n; ++i) average[i] += share * (value[i] - average[i]);
}

// A loop for every activation, alpha known or not.

TUTTI_SIMD void relu_range(std::int64_t n, float, const float* x, float* y) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = x[i] <= 0 ? 0 : x[i];
}
TUTTI_SIMD void leaky_relu_range(std::int64_t n, float alpha, const float* x, float* y) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = x[i] > 0 ? x[i] : alpha * x[i];
}
TUTTI_SIMD void elu_range(std::int64_t n, float alpha, const float* x, float* y) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = x[i] > 0 ? x[i] : alpha * cpu::vector_expm1(x[i]);
}
TUTTI_SIMD void tanh_range(std::int64_t n, float, const float* x, float* y) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = cpu::vector_tanh(x[i]);
}
TUTTI_SIMD void sigmoid_range(std::int64_t n, float, const float* x, float* y) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = cpu::vector_sigmoid(x[i]);
}
TUTTI_SIMD void hard_sigmoid_range(std::int64_t n, float alpha, const float* x, float* y) {
  for (std::int64_t i = 0; i < n; ++i) {
    const float line = alpha * x[i] + 0.5f;
    y[i] = line < 0 ? 0 : line > 1 ? 1 : line;
  }
}
TUTTI_SIMD void selu_range(std::int64_t n, float, const float* x, float* y) {
  constexpr float scale = selu_scale, depth = selu_scale * selu_alpha;
  for (std::int64_t i = 0; i < n; ++i)
    y[i] = x[i] > 0 ? scale * x[i] : depth * cpu::vector_expm1(x[i]);
}
TUTTI_SIMD void softplus_range(std::int64_t n, float, const float* x, float* y) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = cpu::vector_softplus(x[i]);
}
TUTTI_SIMD void silu_range(std::int64_t n, float, const float* x, float* y) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = x[i] * cpu::vector_sigmoid(x[i]);
}
TUTTI_SIMD void gelu_range(std::int64_t n, float, const float* x, float* y) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = x[i] * cpu::vector_normal(x[i]);
}
void linear_range(std::int64_t n, float, const float* x, float* y) { std::copy_n(x, n, y); }

// Their gradients: dx = dy f'(x) from y, or from x.

TUTTI_SIMD void relu_slope(std::int64_t n, float, const float* y, const float* dy, float* dx) {
  for (std::int64_t i = 0; i < n; ++i) dx[i] = y[i] > 0 ? dy[i] : 0;
}
TUTTI_SIMD void leaky_relu_slope(std::int64_t n, float alpha, const float* y, const float* dy,
                                 float* dx) {
  for (std::int64_t i = 0; i < n; ++i) dx[i] = y[i] > 0 ? dy[i] : alpha * dy[i];
}
TUTTI_SIMD void elu_slope(std::int64_t n, float alpha, const float* y, const float* dy, float* dx) {
  for (std::int64_t i = 0; i < n; ++i) dx[i] = y[i] > 0 ? dy[i] : (y[i] + alpha) * dy[i];
}
TUTTI_SIMD void tanh_slope(std::int64_t n, float, const float* y, const float* dy, float* dx) {
  for (std::int64_t i = 0; i < n; ++i) dx[i] = dy[i] * (1 - y[i] * y[i]);
}
TUTTI_SIMD void sigmoid_slope(std::int64_t n, float, const float* y, const float* dy, float* dx) {
  for (std::int64_t i = 0; i < n; ++i) dx[i] = dy[i] * y[i] * (1 - y[i]);
}
TUTTI_SIMD void hard_sigmoid_slope(std::int64_t n, float alpha, const float* y, const float* dy,
                                   float* dx) {
  for (std::int64_t i = 0; i < n; ++i) dx[i] = y[i] > 0 && y[i] < 1 ? alpha * dy[i] : 0;
}
TUTTI_SIMD void selu_slope(std::int64_t n, float, const float* x, const float* dy, float* dx) {
  constexpr float scale = selu_scale, depth = selu_scale * selu_alpha;
  for (std::int64_t i = 0; i < n; ++i)
    dx[i] = x[i] > 0 ? scale * dy[i] : depth * cpu::vector_exp(x[i]) * dy[i];
}
TUTTI_SIMD void softplus_slope(std::int64_t n, float, const float* x, const float* dy, float* dx) {
  for (std::int64_t i = 0; i < n; ++i) dx[i] = dy[i] * cpu::vector_sigmoid(x[i]);
}
TUTTI_SIMD void silu_slope(std::int64_t n, float, const float* x, const float* dy, float* dx) {
  for (std::int64_t i = 0; i < n; ++i) {
    const float gate = cpu::vector_sigmoid(x[i]);
    dx[i] = dy[i] * gate * (1 + x[i] * (1 - gate));
  }
}
TUTTI_SIMD void gelu_slope(std::int64_t n, float, const float* x, const float* dy, float* dx) {
  constexpr float density_at_0 = 0.39894228040143268f;
  for (std::int64_t i = 0; i < n; ++i)
    dx[i] = dy[i] *
            (cpu::vector_normal(x[i]) + x[i] * density_at_0 * cpu::vector_exp(-0.5f * x[i] * x[i]));
}
void linear_slope(std::int64_t n, float, const float*, const float* dy, float* dx) {
  std::copy_n(dy, n, dx);
}

struct Loops {
  void (*value)(std::int64_t n, float alpha, const float* x, float* y);
  void (*slope)(std::int64_t n, float alpha, const float* at, const float* dy, float* dx);
};

Loops loops_of(const ActivationFunction& f) {
  switch (f.kind) {
    case ActivationFunction::Kind::relu:
      return {relu_range, relu_slope};
    case ActivationFunction::Kind::leaky_relu:
      return {leaky_relu_range, leaky_relu_slope};
    case ActivationFunction::Kind::elu:
      return {elu_range, elu_slope};
    case ActivationFunction::Kind::tanh:
      return {tanh_range, tanh_slope};
    case ActivationFunction::Kind::sigmoid:
      return {sigmoid_range, sigmoid_slope};
    case ActivationFunction::Kind::hard_sigmoid:
      return {hard_sigmoid_range, hard_sigmoid_slope};
    case ActivationFunction::Kind::selu:
      return {selu_range, selu_slope};
    case ActivationFunction::Kind::softplus:
      return {softplus_range, softplus_slope};
    case ActivationFunction::Kind::silu:
      return {silu_range, silu_slope};
    case ActivationFunction::Kind::gelu:
      return {gelu_range, gelu_slope};
    case ActivationFunction::Kind::linear:
      break;
  }
  return {linear_range, linear_slope};
}

/// range(n, arrays…) over all elements, in tasks.
template <class Range, class... Arrays>
void elementwise(std::int64_t size, Range range, Arrays... arrays) {
  parallel_ranges(size, cpu::elements_a_task, [&](std::int64_t begin, std::int64_t end) {
    range(end - begin, (arrays + begin)...);
  });
}

}  // namespace

void CpuBackend::fill(std::int64_t size, double value, float* y) {
  elementwise(
      size, [value = static_cast<float>(value)](auto n, auto* to) { std::fill_n(to, n, value); },
      y);
}

void CpuBackend::rescale(std::int64_t size, double scale, double offset, const float* x, float* y) {
  elementwise(
      size,
      [by = static_cast<float>(scale), plus = static_cast<float>(offset)](
          auto n, auto* from, auto* to) { rescale_range(n, by, plus, from, to); },
      x, y);
}

void CpuBackend::moving_average(std::int64_t members, std::int64_t size, double share,
                                const float* rates, const float* value, float* average) {
  const auto move = [share = static_cast<float>(share)](auto n, auto* from, auto* to) {
    moving_average_range(n, share, from, to);
  };
  if (!rates) return elementwise(members * size, move, value, average);
  for (std::int64_t m = 0; m < members; ++m)
    if (!std::isnan(rates[m])) elementwise(size, move, value + m * size, average + m * size);
}

void CpuBackend::activation(const ActivationFunction& f, std::int64_t size, const float* x,
                            float* y) {
  const float alpha = static_cast<float>(f.alpha);
  elementwise(
      size,
      [=, loop = loops_of(f).value](auto n, auto* from, auto* to) { loop(n, alpha, from, to); }, x,
      y);
}

void CpuBackend::activation_backward(const ActivationFunction& f, std::int64_t size,
                                     const float* at, const float* dy, float* dx) {
  const float alpha = static_cast<float>(f.alpha);
  elementwise(
      size,
      [=, loop = loops_of(f).slope](auto n, auto* from, auto* d_from, auto* d_to) {
        loop(n, alpha, from, d_from, d_to);
      },
      at, dy, dx);
}

}  // namespace tutti::kernels
