#include "engine/optimizers/weight_average.h"

#include "engine/dispatch.h"

namespace tutti {

WeightAverage::WeightAverage(const std::vector<Parameter>& parameters, double decay)
    : decay_(decay) {
  if (!(decay > 0 && decay < 1))
    throw Error("moving average of weights: a decay of ", decay, "; it must be between 0 and 1");
  follow(parameters);
  for (const auto& weight : weights_) averages_.push_back(Tensor::joined({weight.value()}));
}

void WeightAverage::follow(const std::vector<Parameter>& parameters) {
  weights_.clear();
  for (const auto& parameter : parameters)
    if (parameter.trainable) weights_.push_back(parameter.variable);
}

void WeightAverage::update(const Tensor& rates) {
  for (std::size_t i = 0; i < weights_.size(); ++i)
    moving_average(1 - decay_, rates, weights_[i].value(), averages_[i]);
}

void WeightAverage::swap() {
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    Tensor weight = weights_[i].value();
    with_real(weight, [&]<class Real>() {
      const auto values = weight.to_vector<Real>(), averages = averages_[i].to_vector<Real>();
      weight.copy_from(averages.data(), weight.size());
      averages_[i].copy_from(values.data(), weight.size());
    });
  }
  swapped_ = !swapped_;
}

std::vector<std::vector<float>> WeightAverage::values(std::int64_t member) const {
  std::vector<std::vector<float>> values;
  for (const auto& average : averages_)
    values.push_back(average.slice(member, 1).to_vector<float>());
  return values;
}

void WeightAverage::set_values(std::int64_t member, const std::vector<std::vector<float>>& values) {
  if (values.size() != averages_.size())
    throw Error("moving average of weights: values of ", values.size(), " parameters, not ",
                averages_.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    Tensor part = averages_[i].slice(member, 1);
    part.copy_from(values[i].data(), static_cast<std::int64_t>(values[i].size()));
  }
}

void WeightAverage::select_members(const std::vector<Parameter>& parameters,
                                   const std::vector<std::int64_t>& members) {
  for (auto& average : averages_) average = average.rows(members);
  follow(parameters);
}

void WeightAverage::append_members(const std::vector<Parameter>& parameters,
                                   const WeightAverage& other) {
  if (other.swapped_ != swapped_ || other.averages_.size() != averages_.size())
    throw Error("moving average of weights: members of another kind cannot join");
  for (std::size_t i = 0; i < averages_.size(); ++i)
    averages_[i] = Tensor::joined({averages_[i], other.averages_[i]});
  follow(parameters);
}

}  // namespace tutti
