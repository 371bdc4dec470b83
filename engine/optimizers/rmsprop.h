#pragma once
#include "engine/optimizers/optimizer.h"

namespace tutti {

struct RMSpropOptions {
  double rho = 0.9;       // what the mean of squares keeps, in [0, 1)
  double momentum = 0;    // in [0, 1)
  double epsilon = 1e-7;  // added to the mean of squares
  bool centered = false;  // by the variance of the gradients in place of their squares
  double clip_norm = 0;   // see Optimizer
};

/// Tieleman, Hinton: RMSprop (2012), as Keras computes it: see rmsprop in kernels/operations.h.
class RMSprop : public Optimizer {
 public:
  explicit RMSprop(const std::vector<Parameter>& parameters, const RMSpropOptions& options = {});

 private:
  void update(const Tensor& rates) override;

  RMSpropOptions options_;
};

}  // namespace tutti
