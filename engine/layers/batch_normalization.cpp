#include "engine/layers/batch_normalization.h"

#include "engine/dispatch.h"

namespace tutti {

Shape BatchNormalization::build(const Shape& input, Initializer& initializer) {
  const auto last = static_cast<std::int64_t>(input.size());
  if (options_.axis != -1 && options_.axis != last)
    throw Error("BatchNormalization: its axis is ", options_.axis, ", not the last, ", last);
  const Shape channels{input.back()};
  const std::vector<double> ones(static_cast<std::size_t>(input.back()), 1.0);
  gamma_ = options_.scale ? initializer.values("gamma", channels, ones)
                          : initializer.not_trained("gamma", channels, 1);
  beta_ = options_.center ? initializer.zeros("beta", channels)
                          : initializer.not_trained("beta", channels, 0);
  mean_ = initializer.not_trained("moving_mean", channels, 0);
  variance_ = initializer.not_trained("moving_variance", channels, 1);
  parameters_.clear();  // as Keras lists them
  if (options_.scale) parameters_.push_back(gamma_);
  if (options_.center) parameters_.push_back(beta_);
  parameters_.push_back(mean_);
  parameters_.push_back(variance_);
  return input;
}

Variable BatchNormalization::forward(const Variable& x, const Pass& pass) const {
  const Tensor &mean = mean_.variable.value(), &variance = variance_.variable.value();
  if (!pass.training)
    return Variable(batch_norm_inference(x.value(), gamma_.variable.value(), beta_.variable.value(),
                                         options_.epsilon, {mean, variance}));
  if (!trainable())
    throw Error("BatchNormalization: training a model in which it is frozen is not supported");
  const BatchStatistics of_batch{like(mean), like(variance)};
  const Variable y = batch_norm(x, gamma_.variable, beta_.variable, options_.epsilon, of_batch);
  blend(1 - options_.momentum, of_batch.mean, mean);
  blend(1 - options_.momentum, of_batch.variance, variance);
  return y;
}

}  // namespace tutti
