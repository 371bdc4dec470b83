#include "engine/optimizers/adam.h"

#include <cmath>

#include "engine/dispatch.h"

namespace tutti {

Adam::Adam(const std::vector<Parameter>& parameters, const AdamOptions& options)
    : Optimizer(parameters, {"m", "v"}, options.clip_norm), options_(options) {
  for (const double beta : {options.beta1, options.beta2})
    if (!(beta >= 0 && beta < 1)) throw Error("Adam: a beta of ", beta, "; it must be in [0, 1)");
  if (!(options.epsilon > 0))
    throw Error("Adam: an epsilon of ", options.epsilon, "; it must be above 0");
}

std::vector<double> Adam::prepared(double rate, std::int64_t steps) const {
  const auto t = static_cast<double>(steps + 1);
  const double correction =
      std::sqrt(1 - std::pow(options_.beta2, t)) / (1 - std::pow(options_.beta1, t));
  return {rate * correction};
}

void Adam::update(const Tensor& numbers) {
  const kernels::AdamStep step{options_.beta1, options_.beta2, options_.epsilon};
  with_backend(numbers, [&]<class Real>(kernels::Backend<Real>& backend) {
    const Real* rates = numbers;
    const Real* all_decays = numbers.dim(0) > 1 ? rates + members() : nullptr;
    std::vector<kernels::AdamParameter<Real>> parameters;
    for (const auto& one : trained()) {
      Tensor w = one.value(), m = one.slots[0], v = one.slots[1];
      const Real* decay = decays(one.parameter) ? all_decays : nullptr;
      if (const auto* product = one.gradient.product())
        backend.dense_adam(product->shape, step, rates, product->x, product->dy, w, m, v, decay);
      else
        parameters.push_back({w.size() / members(), one.gradient.tensor(), w, m, v, decay});
    }
    backend.adam(members(), parameters, step, rates);
  });
}

AdamW::AdamW(const std::vector<Parameter>& parameters, const AdamWOptions& options)
    : Adam(parameters, {.beta1 = options.beta1,
                        .beta2 = options.beta2,
                        .epsilon = options.epsilon,
                        .clip_norm = options.clip_norm}),
      weight_decay_(options.weight_decay),
      decays_all_(options.decays_all) {
  if (!(weight_decay_ >= 0) || std::isinf(weight_decay_))
    throw Error("AdamW: a weight decay of ", weight_decay_, "; it must be finite and at least 0");
}

std::vector<double> AdamW::prepared(double rate, std::int64_t steps) const {
  return {Adam::prepared(rate, steps)[0], rate * weight_decay_};
}

bool AdamW::decays(const Parameter& parameter) const {
  return decays_all_ || Adam::decays(parameter);
}

bool decays(const Parameter& parameter) {
  return parameter.name.ends_with("kernel") || parameter.name.ends_with("embeddings");
}

}  // namespace tutti
