#pragma once
#include "engine/optimizers/optimizer.h"

namespace tutti {

struct SGDOptions {
  double momentum = 0;    // in [0, 1)
  bool nesterov = false;  // looks ahead; only with momentum
  double clip_norm = 0;   // see Optimizer
};

/// Stochastic gradient descent as PyTorch computes it: v = momentum v + g, and w -= rate v, or
/// rate (g + momentum v) with Nesterov's momentum.
class SGD : public Optimizer {
 public:
  explicit SGD(const std::vector<Parameter>& parameters, const SGDOptions& options = {});

 private:
  void update(const Tensor& rates) override;

  SGDOptions options_;
};

}  // namespace tutti
