#pragma once
#include <vector>

#include "kernels/support/random.h"
#include "search/distribution.h"

namespace tutti {

/// TPE's density over one parameter (Bergstra et al. 2011; weights and widths as Watanabe 2023
/// describes Optuna's): a mixture of a prior and a kernel at each observation, truncated Gaussians
/// for numbers, integrated over the steps where there are any. Of n observations the last 25 weigh
/// 1, and a ramp from 1 / n leads up to them.
class ParzenEstimator {
 public:
  /// Observations oldest first, as the storage keeps them.
  ParzenEstimator(const Distribution& distribution, const std::vector<double>& observations);

  double sample(RandomStream& stream) const;
  /// Of a possible value; the logarithm of a probability where there are steps or choices.
  double log_density(double value) const;

 private:
  struct Kernel {
    double weight, center, width;  // of a categorical, `center` is the choice observed
  };
  void make_numerical(const std::vector<double>& observations);
  double draw(const Kernel& kernel, RandomStream& stream) const;
  double kernel_log_density(const Kernel& kernel, double value) const;
  double choice_probability(const Kernel& kernel, double choice) const;

  Distribution distribution_;
  std::vector<Kernel> kernels_;  // weights sum to 1; the last is the prior
};

/// Logarithm of the standard normal's mass from a to b.
double log_gauss_mass(double a, double b);

}  // namespace tutti
