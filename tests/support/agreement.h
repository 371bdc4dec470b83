#pragma once
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <set>

#include "tests/support/operation_cases.h"

namespace tutti::test {

/// Every array of a case that was run on a device agrees with the reference's, relative to itself
/// or to the largest of its array; but for arrays that are not compared.
inline void require_agreement(const OperationCase& c, const Arrays<float>& actual, double tolerance,
                              const std::set<std::string>& ignored = {"work"}) {
  const auto expected = run(c, Device::reference);
  for (const auto& name : expected.names()) {
    if (ignored.count(name)) continue;
    const auto values = expected.values(name), others = actual.values(name);
    float largest = 0;
    for (const float value : values) largest = std::max(largest, std::abs(value));
    for (std::size_t i = 0; i < values.size(); ++i) {
      INFO(c.operation << ", " << c.name << ": " << name << "[" << i << "]");
      REQUIRE(others[i] == Approx(values[i]).epsilon(tolerance).margin(tolerance * largest));
    }
  }
}

inline void require_same_bits(const OperationCase& c, const Arrays<float>& one,
                              const Arrays<float>& other) {
  for (const auto& name : one.names()) {
    INFO(c.operation << ", " << c.name << ": " << name);
    const auto a = one.values(name), b = other.values(name);
    REQUIRE(std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
  }
}

}  // namespace tutti::test
