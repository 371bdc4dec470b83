#include "engine/optimizers/adam.h"

#include <cmath>

#include "engine/dispatch.h"

namespace tutti {

Adam::Adam(const std::vector<Parameter>& parameters, const AdamOptions& options)
    : Optimizer(parameters, {"m", "v"}), options_(options) {
  for (const double beta : {options.beta1, options.beta2})
    if (!(beta >= 0 && beta < 1)) throw Error("Adam: a beta of ", beta, "; it must be in [0, 1)");
  if (!(options.epsilon > 0))
    throw Error("Adam: an epsilon of ", options.epsilon, "; it must be above 0");
}

double Adam::prepared(double rate, std::int64_t steps) const {
  const auto t = static_cast<double>(steps + 1);
  const double correction =
      std::sqrt(1 - std::pow(options_.beta2, t)) / (1 - std::pow(options_.beta1, t));
  return rate * correction;
}

void Adam::update(const Tensor& rates) {
  const kernels::AdamStep step{options_.beta1, options_.beta2, options_.epsilon};
  with_backend(rates, [&]<class Real>(kernels::Backend<Real>& backend) {
    std::vector<kernels::AdamParameter<Real>> parameters;
    for (const auto& one : trained()) {
      Tensor w = one.value(), m = one.slots[0], v = one.slots[1];
      const Gradient& g = one.gradient();
      if (const auto* product = g.product())
        backend.dense_adam(product->shape, step, rates, product->x, product->dy, w, m, v, nullptr);
      else
        parameters.push_back({w.size() / members(), g.tensor(), w, m, v});
    }
    backend.adam(members(), parameters, step, rates);
  });
}

}  // namespace tutti
