#include "engine/layers/batch_normalization.h"

#include "engine/dispatch.h"

namespace tutti {

Shape BatchNormalization::build(const Shape& input, Initializer& initializer) {
  const auto last = static_cast<std::int64_t>(input.size());
  if (options_.axis != -1 && options_.axis != last)
    throw Error("BatchNormalization: its axis is ", options_.axis, ", not the last, ", last);
  const Shape channels{input.back()};
  const auto one = [](std::int64_t) { return 1.0; };
  Parameter gamma = options_.scale ? initializer.values("gamma", channels, one)
                                   : initializer.not_trained("gamma", channels, 1);
  Parameter beta =
      options_.center ? initializer.zeros("beta", channels) : initializer.absent("beta", channels);
  gamma.absent = !options_.scale;
  parameters_ = {gamma, beta, initializer.not_trained("moving_mean", channels, 0),
                 initializer.not_trained("moving_variance", channels, 1)};
  return input;
}

Variable BatchNormalization::forward(const Variable& x, const Context& pass) const {
  const Variable &gamma = parameters_[0].variable, &beta = parameters_[1].variable;
  Tensor mean = parameters_[2].variable.value(), variance = parameters_[3].variable.value();
  if (!pass.training)
    return Variable(batch_norm_inference(x.value(), gamma.value(), beta.value(), options_.epsilon,
                                         {mean, variance}));
  if (!trainable())
    throw Error("BatchNormalization: training a model in which it is frozen is not supported");
  BatchStatistics of_batch{like(mean), like(variance)};
  const Variable y = batch_norm(x, gamma, beta, options_.epsilon, of_batch);
  auto change = [of_batch, mean, variance, share = 1 - options_.momentum]() mutable {
    moving_average(share, of_batch.mean, mean);
    moving_average(share, of_batch.variance, variance);
  };
  pass.changes ? pass.changes->push_back(change) : change();
  return y;
}

}  // namespace tutti
