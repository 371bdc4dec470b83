#include "engine/optimizers/adam.h"

#include <cmath>

#include "engine/dispatch.h"

namespace tutti {
namespace {

Tensor zeros_like(const Tensor& tensor) {
  return Tensor::zeros(tensor.shape(), tensor.dtype(), tensor.device());
}

}  // namespace

Adam::Adam(const std::vector<Parameter>& parameters, const AdamOptions& options)
    : options_(options) {
  for (const auto& parameter : parameters)
    if (parameter.trainable) states_.emplace_back();
  if (states_.empty()) throw Error("Adam: there is no parameter to train");
  follow(parameters);
  for (auto& [parameter, m, v] : states_) {
    m = zeros_like(parameter.value());
    v = zeros_like(parameter.value());
  }
  members_.resize(static_cast<std::size_t>(states_[0].m.dim(0)), {options.learning_rate});
}

void Adam::follow(std::vector<Parameter> parameters) {
  std::erase_if(parameters, [](const Parameter& parameter) { return !parameter.trainable; });
  for (std::size_t i = 0; i < states_.size(); ++i) states_[i].parameter = parameters.at(i).variable;
}

void Adam::set_next_rates(Tensor& rates) const {
  with_real(rates, [&]<class Real>() {
    std::vector<Real> values;
    for (const auto& [learning_rate, steps] : members_) {
      const auto t = static_cast<double>(steps + 1);
      const double correction =
          std::sqrt(1 - std::pow(options_.beta2, t)) / (1 - std::pow(options_.beta1, t));
      values.push_back(static_cast<Real>(learning_rate * correction));
    }
    rates.copy_from(values.data(), rates.size());
  });
}

void Adam::step() {
  Tensor rates = like(states_[0].m, {static_cast<std::int64_t>(members_.size())});
  set_next_rates(rates);
  move(rates);
  count_step();
}

void Adam::count_step() {
  for (auto& member : members_) ++member.steps;
}

void Adam::move(const Tensor& rates) {
  const kernels::AdamStep step{options_.beta1, options_.beta2, options_.epsilon};
  const auto members = static_cast<std::int64_t>(members_.size());
  with_backend(rates, [&]<class Real>(kernels::Backend<Real>& backend) {
    std::vector<kernels::AdamParameter<Real>> parameters;
    for (auto& [parameter, m, v] : states_) {
      const Tensor& w = parameter.value();
      const Gradient& g = parameter.gradient();
      if (!g.defined()) throw Error("Adam: a parameter ", w.shape(), " has no gradient");
      if (const auto* product = g.product())
        backend.dense_adam(product->shape, step, rates, product->x, product->dy, w, m, v, nullptr);
      else
        parameters.push_back({w.size() / members, g.tensor(), w, m, v});
    }
    backend.adam(members, parameters, step, rates);
  });
}

AdamMemory Adam::memory(std::int64_t member) const {
  AdamMemory memory{members_.at(static_cast<std::size_t>(member)).steps, {}, {}};
  for (const auto& state : states_) {
    memory.m.push_back(state.m.slice(member, 1).to_vector<float>());
    memory.v.push_back(state.v.slice(member, 1).to_vector<float>());
  }
  return memory;
}

void Adam::set_memory(std::int64_t member, const AdamMemory& memory) {
  const auto set = [member](const Tensor& means, const std::vector<float>& values) {
    Tensor part = means.slice(member, 1);
    if (part.size() != static_cast<std::int64_t>(values.size()))
      throw Error("Adam: it remembers ", values.size(), " values of a parameter ", part.shape());
    part.copy_from(values.data(), part.size());
  };
  if (memory.m.size() != states_.size() || memory.v.size() != states_.size())
    throw Error("Adam: it remembers ", memory.m.size(), " parameters; the model trains ",
                states_.size());
  for (std::size_t i = 0; i < states_.size(); ++i) {
    set(states_[i].m, memory.m[i]);
    set(states_[i].v, memory.v[i]);
  }
  members_.at(static_cast<std::size_t>(member)).steps = memory.steps;
}

void Adam::select_members(const std::vector<Parameter>& parameters,
                          const std::vector<std::int64_t>& members) {
  follow(parameters);
  for (auto& [parameter, m, v] : states_) {
    m = m.rows(members);
    v = v.rows(members);
  }
  std::vector<Member> kept;
  for (const auto m : members) kept.push_back(members_.at(static_cast<std::size_t>(m)));
  members_ = std::move(kept);
}

void Adam::append_members(const std::vector<Parameter>& parameters, const Adam& other) {
  follow(parameters);
  for (std::size_t i = 0; i < states_.size(); ++i) {
    states_[i].m = Tensor::joined({states_[i].m, other.states_.at(i).m});
    states_[i].v = Tensor::joined({states_[i].v, other.states_.at(i).v});
  }
  members_.insert(members_.end(), other.members_.begin(), other.members_.end());
}

}  // namespace tutti
