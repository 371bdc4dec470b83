#pragma once
#include <vector>

#include "engine/layer.h"

namespace tutti {

struct AdamOptions {
  double learning_rate = 1e-3;
  double beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-7;  // Keras' default
};

/// Adam as Keras computes it, for every member side by side.
class Adam {
 public:
  Adam(std::vector<Parameter> parameters, const AdamOptions& options);

  /// A learning rate for each member instead of the options' one.
  void set_rates(const std::vector<double>& rates);

  /// Moves every parameter along its gradient.
  void step();

 private:
  struct State {
    Variable parameter;
    Tensor m, v;  // running means of the gradient and of its square
  };
  std::vector<State> states_;
  AdamOptions options_;
  Tensor rates_;  // [M]
  std::int64_t steps_ = 0;
};

}  // namespace tutti
