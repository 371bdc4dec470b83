#include "engine/layers/merge.h"

namespace tutti {
namespace {

void expect_several(const char* layer, const std::vector<Shape>& inputs) {
  if (inputs.size() < 2) throw Error(layer, ": takes two inputs or more, not ", inputs.size());
}

Variable sum_of(const std::vector<Variable>& inputs) {
  Variable sum = inputs.at(0);
  for (std::size_t i = 1; i < inputs.size(); ++i) sum = add(sum, inputs[i]);
  return sum;
}

}  // namespace

Shape Merge::build(const std::vector<Shape>& inputs, Initializer&) {
  expect_several(name_, inputs);
  for (const auto& shape : inputs)
    if (shape != inputs[0])
      throw Error(name_, ": takes inputs of one shape, not ", inputs[0], " and ", shape);
  return inputs[0];
}

Variable Add::forward(const std::vector<Variable>& inputs, const Context&) const {
  return sum_of(inputs);
}

Variable Multiply::forward(const std::vector<Variable>& inputs, const Context&) const {
  Variable product = inputs.at(0);
  for (std::size_t i = 1; i < inputs.size(); ++i) product = multiply(product, inputs[i]);
  return product;
}

Variable Average::forward(const std::vector<Variable>& inputs, const Context&) const {
  return rescale(sum_of(inputs), 1.0 / static_cast<double>(inputs.size()), 0);
}

Variable Maximum::forward(const std::vector<Variable>& inputs, const Context&) const {
  std::vector<Variable> side_by_side;  // along an axis of their own
  for (const auto& input : inputs) {
    Shape shape = input.shape();
    shape.push_back(1);
    side_by_side.push_back(reshape(input, shape));
  }
  return max(concatenate(side_by_side, -1), -1);
}

Shape Concatenate::build(const std::vector<Shape>& inputs, Initializer&) {
  expect_several("Concatenate", inputs);
  const auto axes = static_cast<std::int64_t>(inputs[0].size());
  const std::int64_t axis = axis_ < 0 ? axis_ + axes : axis_;
  if (axis < 0 || axis >= axes) throw Error("Concatenate: ", inputs[0], " has no axis ", axis_);
  Shape out = inputs[0];
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    Shape same = inputs[i];
    if (same.size() == out.size())
      same[static_cast<std::size_t>(axis)] = out[static_cast<std::size_t>(axis)];
    if (same != out)
      throw Error("Concatenate: ", inputs[0], " and ", inputs[i], " differ beside axis ", axis_);
    out[static_cast<std::size_t>(axis)] += inputs[i][static_cast<std::size_t>(axis)];
  }
  return out;
}

Variable Concatenate::forward(const std::vector<Variable>& inputs, const Context&) const {
  return concatenate(inputs, axis_ < 0 ? axis_ : axis_ + 2);
}

}  // namespace tutti
