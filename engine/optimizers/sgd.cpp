#include "engine/optimizers/sgd.h"

#include "engine/dispatch.h"

namespace tutti {
namespace {

std::vector<std::string> slots(const SGDOptions& options) {
  if (!(options.momentum >= 0 && options.momentum < 1))
    throw Error("SGD: a momentum of ", options.momentum, "; it must be in [0, 1)");
  if (options.nesterov && options.momentum == 0)
    throw Error("SGD: Nesterov's momentum needs a momentum above 0");
  if (options.momentum == 0) return {};
  return {"momentum"};
}

}  // namespace

SGD::SGD(const std::vector<Parameter>& parameters, const SGDOptions& options)
    : Optimizer(parameters, slots(options), options.clip_norm), options_(options) {}

void SGD::update(const Tensor& rates) {
  const kernels::SgdSettings settings{options_.momentum, options_.nesterov};
  with_backend(rates, [&]<class Real>(kernels::Backend<Real>& backend) {
    std::vector<kernels::SgdParameter<Real>> parameters;
    for (const auto& one : trained()) {
      Tensor w = one.value(), v = one.slots.empty() ? Tensor() : one.slots[0];
      parameters.push_back({w.size() / members(), one.gradient.tensor(), w,
                            v.defined() ? v.template data<Real>() : nullptr});
    }
    backend.sgd(members(), parameters, settings, rates);
  });
}

}  // namespace tutti
