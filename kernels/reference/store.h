#pragma once
#include <algorithm>
#include <vector>

namespace tutti::kernels::reference {

/// Sums in double as the numbers they are kept as.
template <class Real>
void store(const std::vector<double>& sums, Real* to) {
  std::transform(sums.begin(), sums.end(), to, [](double sum) { return static_cast<Real>(sum); });
}

}  // namespace tutti::kernels::reference
