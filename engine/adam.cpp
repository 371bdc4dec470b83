#include "engine/adam.h"

#include <cmath>

#include "engine/dispatch.h"

namespace tutti {
namespace {

Tensor zeros_like(const Tensor& tensor) {
  return Tensor::zeros(tensor.shape(), tensor.dtype(), tensor.device());
}

}  // namespace

Adam::Adam(std::vector<Parameter> parameters, const AdamOptions& options) : options_(options) {
  std::erase_if(parameters, [](const Parameter& parameter) { return !parameter.trainable; });
  if (parameters.empty()) throw Error("Adam: there is no parameter to train");
  for (auto& parameter : parameters) {
    const Tensor& value = parameter.variable.value();
    states_.push_back({parameter.variable, zeros_like(value), zeros_like(value)});
  }
  const Tensor& first = states_[0].m;
  rates_ = like(first, {first.dim(0)});
  set_rates(std::vector<double>(static_cast<std::size_t>(rates_.size()), options.learning_rate));
}

void Adam::set_rates(const std::vector<double>& rates) {
  if (static_cast<std::int64_t>(rates.size()) != rates_.size())
    throw Error("Adam: ", rates.size(), " learning rates for ", rates_.size(), " members");
  with_real(rates_, [&]<class Real>() {
    const std::vector<Real> values(rates.begin(), rates.end());
    rates_.copy_from(values.data(), rates_.size());
  });
}

void Adam::step() {
  const auto t = static_cast<double>(++steps_);
  const kernels::AdamStep step{
      options_.beta1, options_.beta2, options_.epsilon,
      std::sqrt(1 - std::pow(options_.beta2, t)) / (1 - std::pow(options_.beta1, t))};
  for (auto& [parameter, m, v] : states_) {
    const Tensor &w = parameter.value(), &g = parameter.grad();
    if (!g.defined()) throw Error("Adam: a parameter ", w.shape(), " has no gradient");
    const std::int64_t members = w.dim(0);
    with_backend(w, [&, &m = m, &v = v](auto& backend) {
      backend.adam(members, w.size() / members, step, rates_, g, w, m, v);
    });
  }
}

}  // namespace tutti
