#include "engine/layers/normalization/normalization.h"

#include "engine/dispatch.h"
#include "engine/layers/spatial.h"

namespace tutti {
namespace {

constexpr double least_stddev = 1e-7;  // Keras'

/// 1 / sqrt(variance + least_stddev^2)
Variable inverse_stddev(const Variable& variance) {
  const std::int64_t members = variance.shape()[0], places = variance.value().size() / members;
  const Shape rows{members, places};
  const auto filled = [&](double value, const Shape& shape) {
    Tensor tensor = like(variance.value(), shape);
    with_backend(tensor, [&](auto& backend) { backend.fill(tensor.size(), value, tensor); });
    return tensor;
  };
  const Tensor zeros = filled(0, rows), ones = filled(1, rows);
  return batch_norm_inference(Variable(filled(1, {members, 1, places})), ones, zeros,
                              least_stddev * least_stddev, {zeros, variance.value().reshape(rows)});
}

}  // namespace

Shape Normalization::build(const Shape& input, Initializer& initializer) {
  kept_ = Shape(input.size(), 1);
  Shape places;
  for (const auto axis : axes_of_example("Normalization", options_.axes, input)) {
    kept_[axis] = input[axis];
    places.push_back(input[axis]);
  }
  if (options_.mean.empty()) {
    parameters_ = {initializer.buffer("mean", places, 0), initializer.buffer("variance", places, 1),
                   initializer.buffer("count", {}, 0)};
    return input;
  }
  parameters_ = {initializer.constants("mean", places, options_.mean),
                 initializer.constants("variance", places, options_.variance)};
  return input;
}

Variable Normalization::forward(const Variable& x, const Context&) const {
  Shape shape = kept_;
  shape.insert(shape.begin(), x.shape()[0]);
  const Variable mean = reshape(parameter(0), shape),
                 inverse = reshape(inverse_stddev(parameter(1)), shape);
  if (!options_.inverted) return multiply(subtract(x, mean), inverse);
  const Variable stddev = multiply(reshape(parameter(1), shape), inverse);
  return add(multiply(x, stddev), mean);
}

}  // namespace tutti
