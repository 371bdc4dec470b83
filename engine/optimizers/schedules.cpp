#include "engine/optimizers/schedules.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "kernels/support/error.h"

namespace tutti {
namespace {

void expect_rate(const char* schedule, double rate) {
  if (!(rate >= 0) || std::isinf(rate))
    throw Error(schedule, ": a rate of ", rate, "; it must be finite and at least 0");
}

void expect_steps(const char* schedule, std::int64_t steps) {
  if (steps < 1) throw Error(schedule, ": ", steps, " steps; there must be at least 1");
}

void expect_factor(const char* schedule, double factor) {
  if (!(factor > 0 && factor <= 1))
    throw Error(schedule, ": a factor of ", factor, "; it must be above 0 and at most 1");
}

/// From a to b by half a cosine, as `part` goes from 0 to 1.
double half_cosine(double a, double b, double part) {
  return b + (a - b) * (1 + std::cos(std::numbers::pi * part)) / 2;
}

}  // namespace

ConstantRate::ConstantRate(double constant) : rate(constant) { expect_rate("ConstantRate", rate); }

StepDecay::StepDecay(double first, std::int64_t every_steps, double factor_each)
    : rate(first), every(every_steps), factor(factor_each) {
  expect_rate("StepDecay", rate);
  expect_steps("StepDecay", every);
  expect_factor("StepDecay", factor);
}

double StepDecay::operator()(std::int64_t step) const {
  return rate * std::pow(factor, static_cast<double>(step / every));
}

ExponentialDecay::ExponentialDecay(double first, std::int64_t over_steps, double factor_in_all)
    : rate(first), steps(over_steps), factor(factor_in_all) {
  expect_rate("ExponentialDecay", rate);
  expect_steps("ExponentialDecay", steps);
  expect_factor("ExponentialDecay", factor);
}

double ExponentialDecay::operator()(std::int64_t step) const {
  return rate * std::pow(factor, static_cast<double>(step) / static_cast<double>(steps));
}

CosineDecay::CosineDecay(double highest, std::int64_t all_steps, const CosineDecayOptions& more)
    : rate(highest), steps(all_steps), options(more) {
  for (const double one : {rate, options.start, options.end}) expect_rate("CosineDecay", one);
  expect_steps("CosineDecay", steps);
  if (options.warmup < 0 || options.warmup >= steps)
    throw Error("CosineDecay: a warm-up of ", options.warmup, " steps out of ", steps,
                "; it must be at least 0 and fewer than all");
}

double CosineDecay::operator()(std::int64_t step) const {
  const auto at = static_cast<double>(step), warmup = static_cast<double>(options.warmup);
  if (step < options.warmup) return options.start + (rate - options.start) * at / warmup;
  const double part = (at - warmup) / (static_cast<double>(steps) - warmup);
  return half_cosine(rate, options.end, std::min(part, 1.0));
}

OneCycle::OneCycle(double highest_rate, std::int64_t all_steps, const OneCycleOptions& more)
    : highest(highest_rate), steps(all_steps), options(more) {
  expect_rate("OneCycle", highest);
  if (!(options.rising > 0 && options.rising < 1))
    throw Error("OneCycle: it rises for a share of ", options.rising,
                " of the steps; choose one between 0 and 1");
  if (!(options.rising * static_cast<double>(steps) > 1) || steps < 3)
    throw Error("OneCycle: ", steps, " steps are too few to rise and fall in");
  for (const double divisor : {options.start_divisor, options.end_divisor})
    if (!(divisor >= 1)) throw Error("OneCycle: a divisor of ", divisor, "; it must be at least 1");
}

double OneCycle::operator()(std::int64_t step) const {
  const double first = highest / options.start_divisor, last = first / options.end_divisor;
  const auto all = static_cast<double>(steps);
  const double top = options.rising * all - 1, at = std::min(static_cast<double>(step), all - 1);
  return at <= top ? half_cosine(first, highest, at / top)
                   : half_cosine(highest, last, (at - top) / (all - 1 - top));
}

void ReduceOnPlateau::check() const {
  if (!(factor > 0 && factor < 1))
    throw Error("ReduceOnPlateau: a factor of ", factor, "; it must be between 0 and 1");
  if (patience < 0)
    throw Error("ReduceOnPlateau: a patience of ", patience, " epochs; it must be at least 0");
  if (!(threshold >= 0 && threshold < 1))
    throw Error("ReduceOnPlateau: a threshold of ", threshold, "; it must be in [0, 1)");
  if (!(least_scale >= 0 && least_scale <= 1))
    throw Error("ReduceOnPlateau: a least scale of ", least_scale, "; it must be in [0, 1]");
}

void ReduceOnPlateau::update(State& state, double validation_loss) const {
  if (validation_loss < state.best * (1 - threshold)) {
    state.best = validation_loss;
    state.bad_epochs = 0;
  } else if (++state.bad_epochs > patience) {
    state.scale = std::max(state.scale * factor, least_scale);
    state.bad_epochs = 0;
  }
}

}  // namespace tutti
