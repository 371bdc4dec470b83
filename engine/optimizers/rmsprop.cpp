#include "engine/optimizers/rmsprop.h"

#include "engine/dispatch.h"

namespace tutti {
namespace {

std::vector<std::string> slots(const RMSpropOptions& options) {
  if (!(options.rho >= 0 && options.rho < 1))
    throw Error("RMSprop: a rho of ", options.rho, "; it must be in [0, 1)");
  if (!(options.momentum >= 0 && options.momentum < 1))
    throw Error("RMSprop: a momentum of ", options.momentum, "; it must be in [0, 1)");
  if (!(options.epsilon > 0))
    throw Error("RMSprop: an epsilon of ", options.epsilon, "; it must be above 0");
  std::vector<std::string> names = {"v"};
  if (options.momentum > 0) names.push_back("momentum");
  if (options.centered) names.push_back("mean");
  return names;
}

}  // namespace

RMSprop::RMSprop(const std::vector<Parameter>& parameters, const RMSpropOptions& options)
    : Optimizer(parameters, slots(options), options.clip_norm), options_(options) {}

void RMSprop::update(const Tensor& rates) {
  const kernels::RmspropSettings settings{options_.rho, options_.momentum, options_.epsilon,
                                          options_.centered};
  with_backend(rates, [&]<class Real>(kernels::Backend<Real>& backend) {
    std::vector<kernels::RmspropParameter<Real>> parameters;
    for (const auto& one : trained()) {
      Tensor w = one.value(), v = one.slots[0];
      const auto slot = [&](bool wanted, std::size_t number) -> Real* {
        return wanted ? Tensor(one.slots[number]).template data<Real>() : nullptr;
      };
      parameters.push_back({w.size() / members(), one.gradient.tensor(), w, v,
                            slot(options_.momentum > 0, 1),
                            slot(options_.centered, one.slots.size() - 1)});
    }
    backend.rmsprop(members(), parameters, settings, rates);
  });
}

}  // namespace tutti
