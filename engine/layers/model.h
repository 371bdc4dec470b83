#pragma once
#include <concepts>
#include <optional>

#include "engine/layers/merge.h"
#include "engine/layers/plan.h"

namespace tutti {

/// What a model is built with.
struct BuildOptions {
  std::int64_t members = 1;  // networks side by side, each with weights of its own
  std::uint64_t seed = 54;   // member k of a seed is the same whatever the other members are
  Device device = Device::cpu;
};

/// A graph of layers, for any number of members at once. It is a layer itself, so that models nest.
/// Values are numbered: the inputs of the model, and what each layer makes of earlier values. The
/// last one is the output.
class Model : public Layer {
 public:
  using Value = std::size_t;

  Model() = default;
  /// With one input of this shape.
  explicit Model(Shape input) { this->input(std::move(input)); }

  /// Another input; the shape of one example may be given by build() instead.
  Value input(Shape shape = {});
  /// A layer on earlier values.
  Value add(std::unique_ptr<Layer> layer, const std::vector<Value>& inputs, std::string name = "");
  /// A layer on the last value, or on the model's input.
  Value add(std::unique_ptr<Layer> layer);
  template <std::derived_from<Layer> L>
  Value add(L layer, const std::vector<Value>& inputs, std::string name = "") {
    return add(std::make_unique<L>(std::move(layer)), inputs, std::move(name));
  }
  template <std::derived_from<Layer> L>
  Value add(L layer) {
    return add(std::make_unique<L>(std::move(layer)));
  }
  /// The layer that made a value once more, with the same parameters, on values of the same shapes.
  Value share(Value made, const std::vector<Value>& inputs);

  /// Creates every member's parameters.
  void build(const Shape& input, const BuildOptions& options = {});
  /// The same for the input's shape, each member's drawn from its own stream.
  void build(const std::vector<RandomStream>& members, Device device, DType type = DType::float32);
  /// The same with weights of zero, to be loaded.
  void build_zero(std::int64_t members, Device device);

  /// As a layer of another model.
  using Layer::build;
  Shape build(const std::vector<Shape>& inputs, Initializer& initializer) override;
  Variable forward(const std::vector<Variable>& inputs, const Context& context) const override;

  /// [M, B, output shape] of rows of a data set or of numbers [M, B, input shape].
  Variable outputs(const Batch& batch, const Context& context) const;
  Variable outputs(const Variable& x, const Context& context) const;
  /// The same before the softmax that the last layer may end in.
  Variable logits(const Batch& batch, const Context& context) const;

  /// A training pass, with the next random numbers for dropout; needs build() with a seed.
  Variable operator()(const Batch& batch);
  Variable operator()(const Variable& x);
  /// The outputs, not in training.
  Tensor predict(const Batch& batch) const { return outputs(batch, {}).value(); }

  /// Goes on with some members alone, or with those of a model of the same shapes beside its own.
  void select_members(const std::vector<std::int64_t>& members);
  void append_members(const Model& other);

  /// Sum of the parameters' L2 terms, [M]; a Variable without value if there are none.
  Variable penalty() const;

  /// A value of the graph: an input (no layer), or what a layer makes of its inputs. The shape is
  /// that of one example, known once built.
  struct Node {
    Layer* layer;
    std::vector<Value> inputs;
    Shape shape;
    std::string name;
  };
  const std::vector<Node>& nodes() const { return nodes_; }
  /// Of the first input.
  const Shape& input_shape() const { return nodes_.at(0).shape; }
  const Shape& output_shape() const { return nodes_.back().shape; }
  std::int64_t members() const { return members_; }
  std::int64_t classes() const { return output_shape().back(); }
  Device device() const { return device_; }

 private:
  Value append(Node node);
  void expect_values(const std::vector<Value>& values) const;
  void build(Initializer initializer, std::int64_t members, Device device);
  const Plan& plan() const;
  Context next_context();

  std::vector<Node> nodes_;
  std::optional<Plan> plan_;  // once built
  std::int64_t members_ = 0;
  Device device_ = Device::cpu;
  std::vector<DropoutState> dropout_;  // of operator()
};

/// Layers one after another.
class Sequential : public Model {
 public:
  template <std::derived_from<Layer>... Layers>
  explicit Sequential(Layers... layers) : Sequential(Shape{}, std::move(layers)...) {}
  template <std::derived_from<Layer>... Layers>
  explicit Sequential(Shape input, Layers... layers) : Model(std::move(input)) {
    (add(std::move(layers)), ...);
  }
};

/// x + layers(x), where the layers keep the shape. He and others (CVPR 2016).
class Residual : public Model {
 public:
  template <std::derived_from<Layer>... Layers>
  explicit Residual(Layers... layers) : Model(Shape{}) {
    Value last = 0;
    ((last = add(std::move(layers), {last})), ...);
    add(Add(), {0, last});
  }
};

}  // namespace tutti
