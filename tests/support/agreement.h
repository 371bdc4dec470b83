#pragma once
#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

#include "kernels/device_context.h"
#include "tests/support/catch.h"
#include "tests/support/operation_cases.h"

namespace tutti::test {

/// Every array of a case, but those ignored, agrees with what another device made of it, relative
/// to itself or to the largest of its array.
inline void require_agreement(const OperationCase& c, const Arrays<float>& expected,
                              const Arrays<float>& actual, double tolerance,
                              const std::set<std::string>& ignored = {"work"}) {
  for (const auto& name : expected.names()) {
    if (ignored.count(name)) continue;
    const auto values = expected.values(name), others = actual.values(name);
    float largest = 0;
    for (const float value : values) largest = std::max(largest, std::abs(value));
    const auto differs = [&](float value, float other) {  // also where one is not a number
      return !(std::abs(other - value) <= tolerance * (std::abs(value) + largest));
    };
    const auto worst = std::mismatch(values.begin(), values.end(), others.begin(),
                                     [&](float a, float b) { return !differs(a, b); });
    if (worst.first == values.end()) continue;
    INFO(c.operation << ", " << c.name << ": " << name << "[" << worst.first - values.begin()
                     << "], tolerance " << tolerance << " of " << largest);
    REQUIRE(*worst.second == *worst.first);
  }
}

/// The same against the reference.
inline void require_agreement(const OperationCase& c, const Arrays<float>& actual,
                              double tolerance) {
  require_agreement(c, run(c, Device::reference), actual, tolerance);
}

inline void require_same_bits(const OperationCase& c, const Arrays<float>& one,
                              const Arrays<float>& other) {
  for (const auto& name : one.names()) {
    INFO(c.operation << ", " << c.name << ": " << name);
    const auto a = one.values(name), b = other.values(name);
    REQUIRE(std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
  }
}

/// Of what the precision rounds, against what it does not: rounding both factors of a product moves
/// it by at most two units of the last place kept, and sums add some.
inline double tolerance_of(Precision precision, const OperationCase& c) {
  if (precision == Precision::fp32 || c.flops == 0) return c.tolerance;
  return precision == Precision::tf32 ? 0x1p-8 : 0x1p-5;
}

}  // namespace tutti::test
