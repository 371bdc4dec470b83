#include "engine/layers/batch_normalization.h"

#include "engine/dispatch.h"

namespace tutti {

Shape BatchNormalization::build(const Shape& input, Initializer& initializer) {
  const auto last = static_cast<std::int64_t>(input.size());
  if (options_.axis != -1 && options_.axis != last)
    throw Error("BatchNormalization: its axis is ", options_.axis, ", not the last, ", last);
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
  const bool fixed = !trainable() && !x.requires_grad();
  if (!context.training || fixed)
    return Variable(batch_norm_inference(x.value(), gamma.value(), beta.value(), options_.epsilon,
                                         {mean, variance}));
  if (!trainable())
    throw Error("BatchNormalization: training layers below one that is frozen is not supported");
  BatchStatistics of_batch{like(mean), like(variance)};
  const Variable y = batch_norm(x, gamma, beta, options_.epsilon, of_batch);
  auto change = [of_batch, mean, variance, share = 1 - options_.momentum]() mutable {
    moving_average(share, of_batch.mean, mean);
    moving_average(share, of_batch.variance, variance);
  };
  context.changes ? context.changes->push_back(change) : change();
  return y;
}

}  // namespace tutti
