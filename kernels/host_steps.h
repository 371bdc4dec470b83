#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/shapes.h"

namespace tutti::kernels {

/// begin_step and judge_step of devices that are the host: see kernels/operations.h.
inline void begin_step_on_host(std::int64_t count, std::int64_t row, const std::int32_t* table,
                               const std::int32_t* step, std::int32_t* numbers) {
  std::copy_n(table + *step * row, count, numbers);
}

template <class Real>
void judge_step_on_host(const StepShape& s, const Real* loss, const Real* probabilities,
                        const std::int32_t* labels, const Real* table, std::int32_t* step,
                        Real* outcomes, Real* rates) {
  constexpr Real none = std::numeric_limits<Real>::quiet_NaN();
  const auto finite = [&s](const Real* losses) {
    return std::all_of(losses, losses + s.members, [](Real l) { return std::isfinite(l); });
  };
  Real* outcome = outcomes + *step * 2 * s.members;
  const bool stopped = *step > 0 && !finite(outcome - 2 * s.members);
  for (std::int64_t m = 0; m < s.members; ++m) {
    std::int64_t right = 0;
    for (std::int64_t r = m * s.batch; r < (m + 1) * s.batch; ++r) {
      const Real* row = probabilities + r * s.classes;
      right += std::max_element(row, row + s.classes) - row == labels[r];
    }
    outcome[m] = stopped ? none : loss[m];
    outcome[s.members + m] = static_cast<Real>(right);
  }
  const std::int64_t size = s.rates * s.members;
  if (finite(outcome))
    std::copy_n(table + *step * size, size, rates);
  else
    std::fill_n(rates, size, none);
  ++*step;
}

}  // namespace tutti::kernels
