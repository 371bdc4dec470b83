#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/support/simd.h"
#include "kernels/support/threads.h"

namespace tutti::kernels::cpu {

/// What one task handles of a list of parameters: `count` elements of a member's, from element `at`
/// of the parameter's array [M, N].
template <class Parameter>
struct ParameterPart {
  const Parameter* of;
  std::int64_t member, at, count;
};

/// All parts of all parameters, the first member's first.
template <class Parameter>
std::vector<ParameterPart<Parameter>> parameter_parts(std::int64_t members,
                                                      std::span<const Parameter> parameters) {
  constexpr std::int64_t most = elements_a_task;
  std::vector<ParameterPart<Parameter>> parts;
  for (std::int64_t m = 0; m < members; ++m)
    for (const auto& parameter : parameters)
      for (std::int64_t first = 0; first < parameter.size; first += most)
        parts.push_back(
            {&parameter, m, m * parameter.size + first, std::min(most, parameter.size - first)});
  return parts;
}

/// run(part) for each of them, in parallel.
template <class Parameter, class Run>
void each_part(const std::vector<ParameterPart<Parameter>>& parts, Run run) {
  parallel_for(static_cast<std::int64_t>(parts.size()),
               [&](std::int64_t task) { run(parts[static_cast<std::size_t>(task)]); });
}

}  // namespace tutti::kernels::cpu
