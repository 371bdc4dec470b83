#pragma once
#include "engine/optimizers/optimizer.h"

namespace tutti {

struct AdamOptions {
  double beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-7;  // Keras' default
};

/// Kingma, Ba: Adam (ICLR 2015), as Keras computes it: epsilon is added to the root of the
/// uncorrected mean of squares.
class Adam : public Optimizer {
 public:
  explicit Adam(const std::vector<Parameter>& parameters, const AdamOptions& options = {});

 private:
  void update(const Tensor& rates) override;
  /// Corrected against the bias of the first means towards 0.
  double prepared(double rate, std::int64_t steps) const override;

  AdamOptions options_;
};

}  // namespace tutti
