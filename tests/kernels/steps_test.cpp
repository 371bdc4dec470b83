#include <cmath>
#include <limits>

#include "kernels/gpu_description.h"
#include "tests/support/catch.h"
#include "tests/support/operation_cases.h"

using namespace tutti;
using namespace tutti::kernels;
using namespace tutti::test;

namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

std::vector<Device> all_devices() {
  std::vector<Device> all{Device::reference, Device::cpu, Device::simt};
  if (describe_gpu().available) all.push_back(Device::cuda);
  return all;
}

/// What a step has come to for two members: of the first, nothing may change.
void require_first_still(const std::vector<float>& before, const std::vector<float>& after) {
  const auto half = static_cast<std::ptrdiff_t>(before.size() / 2);
  CHECK(std::equal(before.begin(), before.begin() + half, after.begin()));
  for (auto i = before.size() / 2; i < before.size(); ++i) CHECK(before[i] != after[i]);
}

}  // namespace

TEST_CASE("A step changes nothing of a member whose rate is not a number") {
  const std::vector<float> w{1, 2, 3, 4}, x{0.5f, 1, 1.5f, 2}, ones{1, 1, 1, 1};
  for (const Device device : all_devices()) {
    INFO(name(device));
    auto& backend = kernels::backend<float>(device);
    const Buffer<float> rates(device, {not_a_number, 0.1f}), decay(device, {0.5f, 0.5f}),
        g(device, x);
    const auto check = [&](const char* what, auto step) {
      INFO(what);
      Buffer<float> weights(device, w), m(device, ones), v(device, ones);
      step(weights.data(), m.data(), v.data());
      require_first_still(w, weights.values());
      return std::pair(m.values(), v.values());
    };
    for (const auto* decays : {decay.data(), static_cast<float*>(nullptr)}) {
      const auto adam = check("adam", [&](float* weights, float* m, float* v) {
        const AdamParameter<float> parameter{2, g.data(), weights, m, v, decays};
        backend.adam(2, {&parameter, 1}, {0.9, 0.99, 1e-7}, rates.data());
      });
      CHECK(adam.first[0] == 1);
      CHECK(adam.second[1] == 1);
      const Buffer<float> dy(device, {3, 5});  // one example, one output
      const auto dense = check("dense_adam", [&](float* weights, float* m, float* v) {
        backend.dense_adam({2, 1, 2, 1}, {0.9, 0.99, 1e-7}, rates.data(), g.data(), dy.data(),
                           weights, m, v, decays);
      });
      CHECK(dense.first[0] == 1);
      CHECK(dense.second[1] == 1);
    }
    for (const double momentum : {0.0, 0.5}) {
      const auto sgd = check("sgd", [&](float* weights, float*, float* v) {
        const SgdParameter<float> parameter{2, g.data(), weights, v};
        backend.sgd(2, {&parameter, 1}, {momentum, false}, rates.data());
      });
      CHECK(sgd.second[0] == 1);
    }
    const auto rmsprop = check("rmsprop", [&](float* weights, float* m, float* v) {
      const RmspropParameter<float> parameter{2, g.data(), weights, v, m, nullptr};
      backend.rmsprop(2, {&parameter, 1}, {0.9, 0.5, 1e-7, false}, rates.data());
    });
    CHECK(rmsprop.first[0] == 1);
    CHECK(rmsprop.second[1] == 1);
    check("moving_average", [&](float* average, float*, float*) {
      backend.moving_average(2, 2, 0.5, rates.data(), g.data(), average);
    });
  }
}

TEST_CASE("Steps after a loss that is not finite do not count") {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const Device device : all_devices()) {
    INFO(name(device));
    auto& backend = kernels::backend<float>(device);
    const Buffer<float> probabilities(device, {0.5f, 0.5f, 0.25f, 0.75f});  // two members
    const Buffer<float> losses(device, {1, 2, 3, infinity, 5, 6});
    const Buffer<float> table(device, {0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f});
    const Buffer<float> outcomes(device, std::vector<float>(12)), rates(device, {0, 0});
    const Buffer<std::int32_t> labels(device, {0, 0}), step(device, {0});
    std::vector<std::vector<float>> seen;
    for (int i = 0; i < 3; ++i) {
      backend.judge_step({2, 1, 2, 1}, losses.data() + 2 * i, probabilities.data(), labels.data(),
                         table.data(), step.data(), outcomes.data(), rates.data());
      seen.push_back(rates.values());
    }
    CHECK(seen[0] == std::vector<float>{0.1f, 0.2f});
    for (int i = 1; i < 3; ++i)
      for (const float rate : seen[static_cast<std::size_t>(i)]) CHECK(std::isnan(rate));
    const auto all = outcomes.values();
    CHECK(std::vector(all.begin(), all.begin() + 8) ==
          std::vector<float>{1, 2, 1, 0, 3, infinity, 1, 0});
    CHECK(std::isnan(all[8]));
    CHECK(std::isnan(all[9]));
    CHECK(step.values() == std::vector<std::int32_t>{3});
  }
}
