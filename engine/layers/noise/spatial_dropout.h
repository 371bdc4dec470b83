#pragma once
#include "engine/layers/layer.h"

namespace tutti {

/// Zeros a share of the channels in training, each over all of an example's places: Tompson and
/// others (CVPR 2015). Of [steps, channels], or of [height, width, channels].
class SpatialDropout final : public Layer {
 public:
  SpatialDropout(double rate, int dimensions) : rate_(rate), dimensions_(dimensions) {}
  Shape build(const Shape& input, Initializer& initializer) override;
  Variable forward(const Variable& x, const Context& context) const override;
  double rate() const { return rate_; }
  int dimensions() const { return dimensions_; }

 private:
  double rate_;
  int dimensions_;
  std::optional<std::uint64_t> number_;  // tells this layer's masks from another's
};

/// Zeros and 1 / (1 - rate), of a shape [M, …], on x's device: what values are multiplied by.
Variable dropout_mask(const Variable& x, const Shape& shape, double rate, const Context& context,
                      std::uint64_t number);
/// The same for the channels of x [M, B, …, C]: [M, B, 1 …, C].
Variable channel_mask(const Variable& x, double rate, const Context& context, std::uint64_t number);

}  // namespace tutti
