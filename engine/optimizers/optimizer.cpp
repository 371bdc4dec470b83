#include "engine/optimizers/optimizer.h"

#include <cmath>

#include "engine/dispatch.h"
#include "engine/ops/ops.h"

namespace tutti {

std::vector<double> Rates::of(std::int64_t members) const {
  const auto count = static_cast<std::size_t>(members);
  if (rates_.size() != 1 && rates_.size() != count)
    throw Error("optimizer: ", rates_.size(), " learning rates for ", members,
                " members; give one for each, or one for all");
  for (const double rate : rates_)
    if (!(rate >= 0) || std::isinf(rate))
      throw Error("optimizer: a learning rate of ", rate, "; it must be finite and at least 0");
  return rates_.size() == count ? rates_ : std::vector<double>(count, rates_[0]);
}

Optimizer::Optimizer(const std::vector<Parameter>& parameters, std::vector<std::string> slots,
                     double clip_norm)
    : slots_(std::move(slots)), clip_norm_(clip_norm) {
  if (!(clip_norm >= 0))
    throw Error("optimizer: a clipping norm of ", clip_norm, "; it must be above 0, or 0 for none");
  for (const auto& parameter : parameters)
    if (parameter.trainable) trained_.push_back({parameter, {}, {}});
  if (trained_.empty()) throw Error("optimizer: there is no parameter to train");
  for (auto& one : trained_)
    for (std::size_t s = 0; s < slots_.size(); ++s)
      one.slots.push_back(
          Tensor::zeros(one.value().shape(), one.value().dtype(), one.value().device()));
  steps_.resize(static_cast<std::size_t>(trained_[0].value().dim(0)));
}

void Optimizer::follow(std::vector<Parameter> parameters) {
  std::erase_if(parameters, [](const Parameter& parameter) { return !parameter.trainable; });
  if (parameters.size() != trained_.size())
    throw Error("optimizer: the model now trains ", parameters.size(), " parameters, not ",
                trained_.size());
  for (std::size_t i = 0; i < trained_.size(); ++i) trained_[i].parameter = parameters[i];
  prepared_ = {};
}

void Optimizer::step(const Rates& rates) {
  prepare(rates);
  apply();
  count_step();
}

void Optimizer::prepare(const Rates& rates) {
  Tensor& to = numbers();
  with_real(to, [&]<class Real>() {
    std::vector<Real> values;
    for (const double value : numbers(rates, 0)) values.push_back(static_cast<Real>(value));
    to.copy_from(values.data(), to.size());
  });
}

Tensor& Optimizer::numbers() {
  if (!prepared_.defined())
    prepared_ =
        like(trained_[0].value(), {static_cast<std::int64_t>(prepared(0, 0).size()), members()});
  return prepared_;
}

std::vector<double> Optimizer::numbers(const Rates& rates, std::int64_t ahead) const {
  const auto of_members = rates.of(members());
  std::vector<double> values(prepared(0, 0).size() * steps_.size());
  for (std::size_t m = 0; m < steps_.size(); ++m) {
    const auto of_member = prepared(of_members[m], steps_[m] + ahead);
    for (std::size_t i = 0; i < of_member.size(); ++i) values[i * steps_.size() + m] = of_member[i];
  }
  return values;
}

void Optimizer::apply() {
  if (!prepared_.defined()) throw Error("optimizer: a step that was not prepared");
  set_gradients();
  update(prepared_);
  for (auto& one : trained_) one.gradient = {};
}

void Optimizer::set_gradients() {
  std::vector<Tensor> tensors;
  for (auto& one : trained_) {
    const Gradient& gradient = one.parameter.variable.gradient();
    if (!gradient.defined())
      throw Error("optimizer: the parameter ", one.parameter.name, ' ', one.value().shape(),
                  " has no gradient; call backward() on a loss that depends on it");
    if (clip_norm_ > 0)
      tensors.push_back(gradient.tensor());
    else
      one.gradient = gradient;
  }
  if (clip_norm_ == 0) return;
  const auto clipped = clip_by_global_norm(tensors, clip_norm_);
  for (std::size_t i = 0; i < trained_.size(); ++i) trained_[i].gradient = clipped.gradients[i];
}

void Optimizer::count_step() {
  for (auto& steps : steps_) ++steps;
}

OptimizerState Optimizer::state(std::int64_t member) const {
  OptimizerState state{steps_.at(static_cast<std::size_t>(member))};
  for (std::size_t s = 0; s < slots_.size(); ++s)
    for (const auto& one : trained_)
      state.slots[slots_[s]].push_back(one.slots[s].slice(member, 1).to_vector<float>());
  return state;
}

void Optimizer::set_state(std::int64_t member, const OptimizerState& state) {
  if (state.slots.size() != slots_.size())
    throw Error("optimizer: the state holds ", state.slots.size(), " kinds of values, not ",
                slots_.size());
  for (std::size_t s = 0; s < slots_.size(); ++s) {
    const auto found = state.slots.find(slots_[s]);
    if (found == state.slots.end())
      throw Error("optimizer: the state does not hold \"", slots_[s], '"');
    if (found->second.size() != trained_.size())
      throw Error("optimizer: the state is of ", found->second.size(),
                  " parameters; the model trains ", trained_.size());
    for (std::size_t i = 0; i < trained_.size(); ++i) {
      Tensor part = trained_[i].slots[s].slice(member, 1);
      const auto& values = found->second[i];
      if (part.size() != static_cast<std::int64_t>(values.size()))
        throw Error("optimizer: the state holds ", values.size(), " values of a parameter ",
                    part.shape());
      part.copy_from(values.data(), part.size());
    }
  }
  steps_.at(static_cast<std::size_t>(member)) = state.steps;
}

void Optimizer::select_members(const std::vector<Parameter>& parameters,
                               const std::vector<std::int64_t>& members) {
  for (auto& one : trained_)
    for (auto& slot : one.slots) slot = slot.rows(members);
  std::vector<std::int64_t> kept;
  for (const auto m : members) kept.push_back(steps_.at(static_cast<std::size_t>(m)));
  steps_ = std::move(kept);
  follow(parameters);
}

void Optimizer::append_members(const std::vector<Parameter>& parameters, const Optimizer& other) {
  if (other.slots_ != slots_ || other.trained_.size() != trained_.size())
    throw Error("optimizer: members of another kind of optimizer cannot join");
  for (std::size_t i = 0; i < trained_.size(); ++i)
    for (std::size_t s = 0; s < slots_.size(); ++s) {
      Tensor& slot = trained_[i].slots[s];
      slot = Tensor::joined({slot, other.trained_[i].slots[s]});
    }
  steps_.insert(steps_.end(), other.steps_.begin(), other.steps_.end());
  follow(parameters);
}

}  // namespace tutti
