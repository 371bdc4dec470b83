#pragma once
#include "engine/layers/layer.h"

namespace tutti {

/// (x - mean) / stddev, with means and variances that were measured on data, not learned: one
/// for each place along some axes, which are counted with the batch as axis 0 or from the end.
class Normalization final : public Layer {
 public:
  struct Options {
    std::vector<std::int64_t> axes = {-1};
    bool inverted = false;  // x stddev + mean
    /// Given here, they are constants; otherwise weights of the model.
    std::vector<double> mean = {}, variance = {};
  };

  explicit Normalization(Options options) : options_(std::move(options)) {}
  Shape build(const Shape& input, Initializer& initializer) override;
  Variable forward(const Variable& x, const Context& context) const override;
  const Options& options() const { return options_; }

 private:
  Options options_;
  Shape kept_;  // of the input, 1 along the other axes
};

}  // namespace tutti
