#include "engine/layers/plan.h"

#include <algorithm>

#include "engine/layers/conv2d.h"
#include "engine/layers/model.h"
#include "engine/layers/pooling2d.h"
#include "engine/layers/rescaling.h"

namespace tutti {

Plan::Plan(const Model& model) {
  std::vector<Value> inputs;
  for (const auto& node : model.nodes())
    if (!node.layer) inputs.push_back(values_++);
  inputs_ = inputs.size();
  output_ = append(model, inputs);
  release_early();
  if (const auto parameters = model.parameters(); !parameters.empty())
    type_ = parameters[0].variable.value().dtype();
  if (inputs_ == 1) front_ = fuse_front();
}

/// Appends a model's steps on these values; returns its output's.
Plan::Value Plan::append(const Model& model, const std::vector<Value>& inputs) {
  std::vector<Value> value_of;  // each node's
  auto input = inputs.begin();
  for (const auto& node : model.nodes()) {
    if (!node.layer) {
      value_of.push_back(*input++);
      continue;
    }
    std::vector<Value> from;
    for (const auto value : node.inputs) from.push_back(value_of[value]);
    if (const auto* nested = dynamic_cast<const Model*>(node.layer)) {
      value_of.push_back(append(*nested, from));
    } else {
      value_of.push_back(values_++);
      steps_.push_back({node.layer, std::move(from), value_of.back(), {}});
    }
  }
  return value_of.back();
}

void Plan::release_early() {
  std::vector<bool> needed(values_);
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step)
    for (const Value value : step->inputs) {
      if (!needed[value]) step->released.push_back(value);
      needed[value] = true;
    }
}

bool Plan::feeds_only(Value value, std::size_t step) const {
  for (std::size_t i = 0; i < steps_.size(); ++i)
    if (i != step && std::ranges::count(steps_[i].inputs, value)) return false;
  return step < steps_.size() && steps_[step].inputs == std::vector{value};
}

Plan::Front Plan::fuse_front() const {
  Front front;
  Value last = 0;
  const auto next = [&]() -> const Layer* {
    return feeds_only(last, front.steps) ? steps_[front.steps].layer : nullptr;
  };
  const auto take = [&] { last = steps_[front.steps++].output; };
  if (const auto* rescaling = dynamic_cast<const Rescaling*>(next())) {
    front.scale = rescaling->scale();
    front.offset = rescaling->offset();
    take();
  }
  const auto* convolution = dynamic_cast<const Conv2D*>(next());
  if (!convolution || convolution->options().dimensions != 2 ||
      convolution->activation().is_softmax)
    return front;
  front.convolution = convolution;
  take();
  const auto* pooling = dynamic_cast<const Pooling2D*>(next());
  if (pooling && pooling->options() == MaxPooling2D(pairs_of_rows).options() &&
      convolution->activation() == Activation::relu) {
    front.pooled = true;
    take();
  }
  return front;
}

/// The value that the front makes of rows of bytes.
Variable Plan::read(const Batch& batch) const {
  const Batch scaled{batch.data, batch.rows, front_.scale, front_.offset};
  if (!front_.convolution) return gather(scaled, type_);
  const Conv2D& conv = *front_.convolution;
  if (front_.pooled) return conv2d_relu_pool(scaled, conv.kernel(), conv.bias(), conv.window());
  return activate(conv.activation(), conv2d(scaled, conv.kernel(), conv.bias(), conv.window()));
}

void Plan::expect_inputs(std::size_t count) const {
  if (count != inputs_) throw Error("a model of ", inputs_, " inputs is given ", count);
}

Variable Plan::run(const Batch& batch, const Context& context, Ending ending) const {
  expect_inputs(1);
  if (batch.data.dtype() != DType::uint8)
    return run(std::vector{gather(batch, type_)}, context, ending);
  std::vector<Variable> values(values_);
  values[front_.steps ? steps_[front_.steps - 1].output : 0] = read(batch);
  return run_from(front_.steps, std::move(values), context, ending);
}

Variable Plan::run(std::vector<Variable> inputs, const Context& context, Ending ending) const {
  expect_inputs(inputs.size());
  inputs.resize(values_);
  return run_from(0, std::move(inputs), context, ending);
}

Variable Plan::run_from(std::size_t first, std::vector<Variable> values, const Context& context,
                        Ending ending) const {
  for (std::size_t i = first; i < steps_.size(); ++i) {
    const auto& [layer, from, output, released] = steps_[i];
    std::vector<Variable> inputs;
    for (const Value value : from) inputs.push_back(values[value]);
    for (const Value value : released) values[value] = {};
    const auto* ends = dynamic_cast<const ActivatedLayer*>(layer);
    if (ending == Ending::logits && output == output_ && ends && ends->activation().is_softmax)
      values[output] = ends->before_activation(inputs[0]);
    else
      values[output] = layer->forward(inputs, context);
  }
  return values[output_];
}

}  // namespace tutti
