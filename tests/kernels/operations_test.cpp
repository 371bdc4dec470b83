#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "kernels/support/threads.h"
#include "tests/support/agreement.h"
#include "tests/support/catch.h"

using namespace tutti;
using namespace tutti::test;

namespace {

/// The sum of dy * y over a case's outputs: what its backward differentiates.
double objective(const OperationCase& c, Arrays<double>& arrays) {
  c.in_double.forward(kernels::backend<double>(Device::reference), arrays);
  double sum = 0;
  for (const auto& output : c.outputs) {
    const auto y = arrays.values(output.first), dy = arrays.values("d" + output.first);
    sum += std::inner_product(y.begin(), y.end(), dy.begin(), 0.0);
  }
  return sum;
}

/// Some elements of an array: all of a short one, about 60 of a long one.
std::vector<std::size_t> probes(std::size_t size) {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < size; i += std::max<std::size_t>(1, size / 60)) indices.push_back(i);
  return indices;
}

}  // namespace

TEST_CASE("Gradients in double are those of finite differences") {
  for (const auto& c : operation_cases()) {
    if (c.large || c.gradients.empty()) continue;
    auto arrays = arrays_of<double>(c, Device::reference);
    objective(c, arrays);
    c.in_double.backward(kernels::backend<double>(Device::reference), arrays);
    for (const auto& input : c.gradients) {
      const auto values = arrays.values(input), gradients = arrays.values("d" + input);
      for (const std::size_t i : probes(values.size())) {
        const double step = 1e-6;
        const auto objective_at = [&](double value) {
          auto moved = values;
          moved[i] = value;
          arrays.set(input, moved);
          return objective(c, arrays);
        };
        const double above = objective_at(values[i] + step), below = objective_at(values[i] - step);
        INFO(c.operation << ", " << c.name << ": d" << input << "[" << i << "]");
        REQUIRE(gradients[i] == Approx((above - below) / (2 * step)).epsilon(1e-6).margin(1e-6));
      }
      arrays.set(input, values);
    }
  }
}

TEST_CASE("The cpu device agrees with the reference") {
  for (const auto& c : operation_cases())
    if (!c.large) require_agreement(c, run(c, Device::cpu), c.tolerance);
}

TEST_CASE("The cpu device gives the same bits with any number of threads") {
  for (const auto& c : operation_cases()) {
    if (c.large && c.operation == "conv2d") continue;  // conv2d_gathered is the same size
#ifdef TUTTI_SANITIZED
    if (c.large) {  // takes a minute: it is enough that threads meet
      set_thread_count(3);
      run(c, Device::cpu);
      continue;
    }
#endif
    set_thread_count(1);
    const auto one = run(c, Device::cpu);
    set_thread_count(3);
    const auto three = run(c, Device::cpu);
    require_same_bits(c, one, three);
  }
}

TEST_CASE("Members do not mix: each computes what it computes alone") {
  const kernels::DenseShape both{2, 3, 70, 66}, one{1, 3, 70, 66};
  std::vector<float> x(2 * 3 * 70), w(2 * 70 * 66), b(2 * 66), y(2 * 3 * 66), alone(3 * 66);
  std::iota(x.begin(), x.end(), -100.0f);
  std::iota(w.begin(), w.end(), -300.0f);
  auto& backend = kernels::backend<float>(Device::cpu);
  backend.dense(both, x.data(), w.data(), b.data(), y.data());
  backend.dense(one, x.data() + 3 * 70, w.data() + 70 * 66, b.data() + 66, alone.data());
  CHECK(std::memcmp(alone.data(), y.data() + 3 * 66, alone.size() * sizeof(float)) == 0);
}

TEST_CASE("Dropout keeps the share it should, and draws anew for every key, step and layer") {
  constexpr std::int64_t size = 100000;
  const std::vector<float> x(size, 1.0f);
  std::vector<float> y(size), other(size);
  const std::int32_t draws[] = {1, 2, 0}, other_key[] = {1, 3, 0}, next_step[] = {1, 2, 1};
  auto& backend = kernels::backend<float>(Device::cpu);
  backend.dropout(1, size, 0.3, draws, 0, x.data(), y.data());
  const auto kept = std::count_if(y.begin(), y.end(), [](float value) { return value != 0; });
  CHECK(static_cast<double>(kept) / size == Approx(0.7).margin(0.006));  // four standard deviations
  CHECK(*std::max_element(y.begin(), y.end()) == Approx(1 / 0.7));
  backend.dropout(1, size, 0.3, draws, 1, x.data(), other.data());
  CHECK(y != other);
  for (const std::int32_t* others : {other_key, next_step}) {
    backend.dropout(1, size, 0.3, others, 0, x.data(), other.data());
    CHECK(y != other);
  }
}

TEST_CASE("A device without an arithmetic says so") {
  CHECK_THROWS_WITH(kernels::backend<double>(Device::cpu),
                    "device cpu does not compute in float64");
}
