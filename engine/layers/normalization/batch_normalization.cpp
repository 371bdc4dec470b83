#include "engine/layers/normalization/batch_normalization.h"

#include "engine/dispatch.h"

namespace tutti {

Shape BatchNormalization::build(const Shape& input, Initializer& initializer) {
  if (input.empty()) throw Error("BatchNormalization: takes one axis or more");
  const Shape channels{input.back()};
  parameters_ = {initializer.optional(options_.scale, "gamma", channels, 1),
                 initializer.optional(options_.center, "beta", channels),
                 initializer.buffer("moving_mean", channels, 0),
                 initializer.buffer("moving_variance", channels, 1)};
  return input;
}

Variable BatchNormalization::forward(const Variable& x, const Context& context) const {
  const Variable &gamma = parameter(0), &beta = parameter(1);
  Tensor mean = parameter(2).value(), variance = parameter(3).value();
  if (!context.training || !trainable())
    return batch_norm_inference(x, gamma.value(), beta.value(), options_.epsilon, {mean, variance});
  BatchStatistics of_batch{like(mean), like(variance)};
  const Variable y = batch_norm(x, gamma, beta, options_.epsilon, of_batch);
  auto change = [of_batch, mean, variance, share = 1 - options_.momentum,
                 rates = context.rates]() mutable {
    moving_average(share, rates, of_batch.mean, mean);
    moving_average(share, rates, of_batch.variance, variance);
  };
  context.changes ? context.changes->push_back(change) : change();
  return y;
}

}  // namespace tutti
