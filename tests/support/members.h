#pragma once
#include "tests/support/agreement.h"
#include "tests/support/operations.h"

namespace tutti::test {

/// Operations whose kernels may be others, or cut otherwise, for few members than for many.
inline std::vector<OperationCase> cases_of_members(std::int64_t members) {
  std::vector<OperationCase> cases;
  for (const std::int64_t units : {5, 37}) {  // of a warp, and of some
    const kernels::RecurrentShape s{members, 16, 4, 2, units};
    cases.push_back(simple_rnn_case("members", s));
    cases.push_back(lstm_case("members", s));
    for (const bool reset_after : {true, false}) {
      auto of_gru = s;
      of_gru.reset_after = reset_after;
      cases.push_back(gru_case("members", of_gru));
    }
  }
  cases.push_back(dense_adam_case("members", {members, 600, 3, 6}));
  cases.push_back(conv2d_relu_pool_case(
      "members", conv_shape(members, 3, 20, 36, 1, 6, 36, 5, 2, 1, false), 3));
  return cases;
}

/// The last member of a case of many is the same bits as in the same case of one.
inline void require_same_bits_alone(const OperationCase& many, const OperationCase& one,
                                    std::size_t members, Device device) {
  const auto last = [=](auto values) {
    values.erase(values.begin(),
                 values.end() - static_cast<std::ptrdiff_t>(values.size() / members));
    return values;
  };
  auto all = arrays_of<float>(many, device), alone = arrays_of<float>(one, device);
  for (const auto& name : alone.names()) alone.set(name, last(all.values(name)));
  alone.integers = Buffer<std::int32_t>(device, last(all.integers.values()));
  const auto compute = [&](const OperationCase& c, Arrays<float>& arrays) {
    c.in_float.forward(kernels::backend<float>(device), arrays);
    c.in_float.backward(kernels::backend<float>(device), arrays);
  };
  compute(many, all);
  compute(one, alone);
  for (const auto& name : alone.names()) {
    if (name == "work") continue;
    INFO(many.operation << ": " << name);
    const auto a = last(all.values(name)), b = alone.values(name);
    REQUIRE(a.size() == b.size());
    REQUIRE(std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
  }
}

/// All of them on a device.
inline void require_same_bits_alone(Device device) {
  constexpr std::int64_t members = 9;
  const auto many = cases_of_members(members), one = cases_of_members(1);
  for (std::size_t n = 0; n < many.size(); ++n)
    require_same_bits_alone(many[n], one[n], members, device);
}

}  // namespace tutti::test
