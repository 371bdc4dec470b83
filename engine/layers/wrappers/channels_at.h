#pragma once
#include "engine/layers/layer.h"

namespace tutti {

/// A layer that wants its channels last, on inputs and for outputs that have them along another
/// axis: Keras' data_format channels_first, or an axis that is not the last.
class ChannelsAt final : public Layer {
 public:
  /// `axis` is counted with the batch as axis 0, or from the end.
  ChannelsAt(std::int64_t axis, std::unique_ptr<Layer> layer) : axis_(axis) {
    add_child(std::move(layer), "layer");
  }
  Shape build(const Shape& input, Initializer& initializer) override;
  Variable forward(const Variable& x, const Context& context) const override;
  std::int64_t axis() const { return axis_; }
  /// Whether that axis is not the last anyway, once built.
  bool moves() const { return !built(orders_).there.empty(); }

 private:
  struct Orders {  // of [M, B, …]; no way back from one axis
    std::vector<std::int64_t> there, back;
  };

  std::int64_t axis_;
  std::optional<Orders> orders_;
};

}  // namespace tutti
