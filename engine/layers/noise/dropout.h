#pragma once
#include "engine/layers/layer.h"

namespace tutti {

/// Zeros a share of the values in training; passes everything through otherwise.
class Dropout final : public Layer {
 public:
  explicit Dropout(double rate) : rate_(rate) {}
  Shape build(const Shape& input, Initializer& initializer) override;
  Variable forward(const Variable& x, const Context& context) const override;
  double rate() const { return rate_; }

 private:
  double rate_;
  std::optional<std::uint64_t> number_;  // tells this layer's masks from another's
};

}  // namespace tutti
