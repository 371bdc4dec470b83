#pragma once
#include "engine/optimizers/optimizer.h"

namespace tutti {

struct AdamOptions {
  double beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-7;  // Keras' default
  double clip_norm = 0;   // see Optimizer
};

/// Whether a decay applies to a parameter. It goes by the name: one that ends in "kernel" or
/// "embeddings", as Keras names them, decays; biases and the scales and shifts of normalization do
/// not. So name a weight of your own layer "kernel" if it is to decay, or set decays_all.
bool decays(const Parameter& parameter);

/// Kingma, Ba: Adam (ICLR 2015), as Keras computes it: epsilon is added to the root of the
/// uncorrected mean of squares.
class Adam : public Optimizer {
 public:
  explicit Adam(const std::vector<Parameter>& parameters, const AdamOptions& options = {});

 protected:
  /// With a row of decays below that of the rates, parameters that decay do.
  void update(const Tensor& numbers) override;
  /// Corrected against the bias of the first means toward 0.
  std::vector<double> prepared(double rate, std::int64_t steps) const override;
  virtual bool decays(const Parameter& parameter) const { return tutti::decays(parameter); }

 private:
  AdamOptions options_;
};

struct AdamWOptions {
  double beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-7;
  double weight_decay = 4e-3;  // Keras' default
  double clip_norm = 0;
  bool decays_all = false;  // whatever decays() says: Keras' way, if nothing is excluded
};

/// Adam with decoupled weight decay: weights *= 1 - rate weight_decay before the step, for
/// parameters whose names end in "kernel" or "embeddings", as decays() says. Loshchilov, Hutter
/// (ICLR 2019).
class AdamW : public Adam {
 public:
  explicit AdamW(const std::vector<Parameter>& parameters, const AdamWOptions& options = {});

 private:
  std::vector<double> prepared(double rate, std::int64_t steps) const override;
  bool decays(const Parameter& parameter) const override;

  double weight_decay_;
  bool decays_all_;
};

}  // namespace tutti
