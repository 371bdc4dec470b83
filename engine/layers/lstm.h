#pragma once
#include "engine/layer.h"

namespace tutti {

/// [steps, inputs] -> [steps, units], or [units] of the last step. Keras' LSTM: gates i, f, c, o;
/// sigmoid gates, tanh; forget bias 1.
class LSTM final : public Layer {
 public:
  struct Options {
    std::int64_t units;
    bool return_sequences = false;
  };

  explicit LSTM(const Options& options) : options_(options) {}
  Shape build(const Shape& input, Initializer& initializer) override;
  Variable forward(const Variable& x, const Pass& pass) const override;
  const Options& options() const { return options_; }

 private:
  Options options_;
};

}  // namespace tutti
