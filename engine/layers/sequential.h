#pragma once
#include <concepts>
#include <memory>
#include <vector>

#include "engine/layers/layer.h"

namespace tutti {

/// What a model takes: the shape of one example, and how its bytes are read (scale * byte +
/// offset).
struct Input {
  Shape shape;
  double scale = 1, offset = 0;
};

/// Layers one after another, for any number of members at once.
class Sequential {
 public:
  template <class... Layers>
  explicit Sequential(Input input, Layers... layers) : input_(std::move(input)) {
    (layers_.push_back(std::make_unique<Layers>(std::move(layers))), ...);
  }

  void add(std::unique_ptr<Layer> layer) { layers_.push_back(std::move(layer)); }
  template <class L>
  requires std::derived_from<L, Layer>
  void add(L layer) { add(std::make_unique<L>(std::move(layer))); }

  /// Creates every member's parameters, each member's from its own stream.
  void build(const std::vector<RandomStream>& members, Device device, DType type = DType::float32);
  /// The same with weights of zero, to be loaded.
  void build(std::int64_t members, Device device);

  /// Goes on with some members alone, or with those of a model of the same shapes beside its own.
  void select_members(const std::vector<std::int64_t>& members);
  void append_members(const Sequential& other);

  /// [M, B, output shape]. The batch's own scale and offset are replaced by the input's.
  Variable outputs(Batch batch, const Context& pass) const;
  /// The same before the softmax of the last layer: [M, B, classes].
  Variable logits(Batch batch, const Context& pass) const;

  /// Sum of the parameters' L2 terms, [M]; a Variable without value if there are none.
  Variable penalty() const;

  const Input& input() const { return input_; }
  void set_scale(double scale, double offset) {
    input_.scale = scale;
    input_.offset = offset;
  }
  const std::vector<std::unique_ptr<Layer>>& layers() const { return layers_; }
  /// Of one example after each layer, once built.
  const std::vector<Shape>& output_shapes() const { return outputs_; }
  /// All that files keep, in Keras' order.
  std::vector<Parameter> parameters() const;
  std::int64_t members() const { return members_; }
  std::int64_t classes() const { return outputs_.back().back(); }
  Device device() const { return device_; }

 private:
  void build(Initializer initializer, std::int64_t members, Device device);
  /// The last layer with a pass of its own.
  Variable run(Batch batch, const Context& pass, const Context& last) const;

  Input input_;
  std::vector<std::unique_ptr<Layer>> layers_;
  std::vector<Shape> outputs_;
  std::int64_t members_ = 0;
  Device device_ = Device::cpu;
};

}  // namespace tutti
