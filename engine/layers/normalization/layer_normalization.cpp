#include "engine/layers/normalization/layer_normalization.h"

#include "engine/layers/spatial.h"

namespace tutti {

Shape LayerNormalization::build(const Shape& input, Initializer& initializer) {
  const auto axes = axes_of_example("LayerNormalization", options_.axes, input);
  if (axes.empty() || axes[0] + axes.size() != input.size())
    throw Error("LayerNormalization: its axes are ",
                Shape(options_.axes.begin(), options_.axes.end()), ", not the last of ", input);
  const Shape features(input.begin() + static_cast<std::ptrdiff_t>(axes[0]), input.end());
  parameters_ = {initializer.optional(options_.scale, "gamma", features, 1),
                 initializer.optional(options_.center, "beta", features)};
  return input;
}

Variable LayerNormalization::forward(const Variable& x, const Context&) const {
  const Variable &gamma = parameter(0), &beta = parameter(1);
  if (gamma.shape().size() == 2) return layer_norm(x, gamma, beta, options_.epsilon);
  const std::int64_t members = x.shape()[0], features = gamma.shape().elements() / members;
  const auto flat = [&](const Variable& of_each) { return reshape(of_each, {members, features}); };
  const Variable rows = reshape(x, {members, x.value().size() / (members * features), features});
  return reshape(layer_norm(rows, flat(gamma), flat(beta), options_.epsilon), x.shape());
}

}  // namespace tutti
