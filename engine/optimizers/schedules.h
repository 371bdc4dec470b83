#pragma once
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>

namespace tutti {

/// Learning rates as functions of the step, which counts from 0. Each is a plain value; its
/// constructor throws an Error if an option is out of range.

struct ConstantRate {
  explicit ConstantRate(double constant);
  double operator()(std::int64_t) const { return rate; }

  double rate;
};

/// rate * factor^floor(step / every): PyTorch's StepLR.
struct StepDecay {
  StepDecay(double first, std::int64_t every_steps, double factor_each = 0.1);
  double operator()(std::int64_t step) const;

  double rate;
  std::int64_t every;
  double factor;
};

/// rate * factor^(step / steps): Keras' ExponentialDecay; with steps 1, PyTorch's ExponentialLR.
struct ExponentialDecay {
  ExponentialDecay(double first, std::int64_t over_steps, double factor_in_all);
  double operator()(std::int64_t step) const;

  double rate;
  std::int64_t steps;
  double factor;
};

struct CosineDecayOptions {
  std::int64_t warmup = 0;  // steps, of all steps, on a straight line to the rate
  double start = 0;         // the rate at step 0, if there is a warm-up
  double end = 0;           // the rate after the last step
};

/// A warm-up on a line from `start` to `rate`, then half a cosine down to `end`, which stays:
/// PyTorch's LinearLR followed by CosineAnnealingLR, Keras' CosineDecay with a warm-up.
/// Loshchilov, Hutter: SGDR (ICLR 2017), without restarts.
struct CosineDecay {
  CosineDecay(double highest, std::int64_t all_steps, const CosineDecayOptions& more = {});
  double operator()(std::int64_t step) const;

  double rate;
  std::int64_t steps;
  CosineDecayOptions options;
};

struct OneCycleOptions {
  double rising = 0.3;          // share of the steps
  double start_divisor = 25;    // the first rate is highest / start_divisor
  double end_divisor = 10'000;  // the last is the first / end_divisor
};

/// Up to the highest rate and down again, both by half a cosine: PyTorch's OneCycleLR, with the
/// momentum left alone. Smith, Topin: Super-convergence (2018).
struct OneCycle {
  OneCycle(double highest_rate, std::int64_t all_steps, const OneCycleOptions& more = {});
  double operator()(std::int64_t step) const;

  double highest;
  std::int64_t steps;
  OneCycleOptions options;
};

/// Multiplies a member's rate by `factor` when its validation loss has not fallen for more than
/// `patience` epochs: PyTorch's ReduceLROnPlateau, with its relative threshold.
struct ReduceOnPlateau {
  struct State {
    double scale = 1;  // of the rate
    double best = std::numeric_limits<double>::infinity();
    std::int64_t bad_epochs = 0;
  };
  /// After an epoch of a member.
  void update(State& state, double validation_loss) const;
  void check() const;  // an Error if an option is out of range

  double factor = 0.1;
  std::int64_t patience = 10;
  double threshold = 1e-4;  // a loss below best * (1 - threshold) is a better one
  double least_scale = 0;
};

/// Any of them, or a function of one's own; a number is a constant rate.
class Schedule {
 public:
  Schedule(double rate) : rate_(ConstantRate(rate)) {}
  template <std::regular_invocable<std::int64_t> Function>
  Schedule(Function rate) : rate_(std::move(rate)) {}

  double operator()(std::int64_t step) const { return rate_(step); }

 private:
  std::function<double(std::int64_t)> rate_;
};

}  // namespace tutti
