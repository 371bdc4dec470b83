#include "search/parzen.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace tutti {
namespace {

std::vector<double> weights_of(std::size_t n) {
  constexpr std::size_t recent = 25;
  std::vector<double> weights(n, 1.0);
  if (n <= recent) return weights;
  const std::size_t ramp = n - recent;
  const double first = 1.0 / static_cast<double>(n);
  for (std::size_t i = 0; i < ramp; ++i)
    weights[i] = ramp == 1
                     ? first
                     : first + (1 - first) * static_cast<double>(i) / static_cast<double>(ramp - 1);
  return weights;
}

/// Each center's larger distance to its neighbors, the ends of the range being neighbors of the
/// outermost only if there is no other.
std::vector<double> neighbor_gaps(const std::vector<double>& centers, double low, double high) {
  const std::size_t n = centers.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return centers[a] < centers[b]; });
  std::vector<double> gaps(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double center = centers[order[i]];
    const double below = center - (i > 0 ? centers[order[i - 1]] : low);
    const double above = (i + 1 < n ? centers[order[i + 1]] : high) - center;
    gaps[order[i]] = n >= 2 && i == 0       ? above
                     : n >= 2 && i + 1 == n ? below
                                            : std::max(below, above);
  }
  return gaps;
}

}  // namespace

double log_gauss_mass(double a, double b) {
  if (a > 0) return log_gauss_mass(-b, -a);  // the left tail keeps its digits
  const auto below = [](double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); };
  return b > 0 ? std::log1p(-below(a) - below(-b)) : std::log(below(b) - below(a));
}

ParzenEstimator::ParzenEstimator(const Distribution& distribution,
                                 const std::vector<double>& observations)
    : distribution_(distribution) {
  for (const double weight : weights_of(observations.size())) kernels_.push_back({weight, 0, 0});
  kernels_.push_back({1, 0, 0});
  double sum = 0;
  for (const auto& kernel : kernels_) sum += kernel.weight;
  for (auto& kernel : kernels_) kernel.weight /= sum;
  for (std::size_t i = 0; i < observations.size(); ++i) kernels_[i].center = observations[i];
  if (distribution_.numerical()) make_numerical(observations);
}

void ParzenEstimator::make_numerical(const std::vector<double>& observations) {
  const double low = distribution_.inner_low(), high = distribution_.inner_high();
  const double range = high - low;
  std::vector<double> centers = observations;
  if (distribution_.log)
    for (auto& center : centers) center = std::log(center);
  const auto gaps = neighbor_gaps(centers, low, high);
  const double narrowest = range / std::min(100.0, 1 + static_cast<double>(kernels_.size()));
  for (std::size_t i = 0; i < centers.size(); ++i) {
    kernels_[i].center = centers[i];
    kernels_[i].width = std::clamp(gaps[i], narrowest, range);
  }
  kernels_.back().center = 0.5 * (low + high);
  kernels_.back().width = range;
}

double ParzenEstimator::sample(RandomStream& stream) const {
  double left = stream.uniform();
  std::size_t k = 0;
  while (k + 1 < kernels_.size() && left >= kernels_[k].weight) left -= kernels_[k++].weight;
  return draw(kernels_[k], stream);
}

double ParzenEstimator::draw(const Kernel& kernel, RandomStream& stream) const {
  if (!distribution_.numerical()) {
    double left = stream.uniform();
    double choice = 0;
    const auto last = static_cast<double>(distribution_.choices.size() - 1);
    for (double p; choice < last && left >= (p = choice_probability(kernel, choice)); ++choice)
      left -= p;
    return choice;
  }
  // The center lies inside and the width is at most the range, so at least a third of the draws do.
  const double low = distribution_.inner_low(), high = distribution_.inner_high();
  double value;
  do value = kernel.center + kernel.width * stream.normal();
  while (value < low || value > high);
  return distribution_.rounded(distribution_.log ? std::exp(value) : value);
}

double ParzenEstimator::choice_probability(const Kernel& kernel, double choice) const {
  const auto choices = static_cast<double>(distribution_.choices.size());
  if (&kernel == &kernels_.back()) return 1 / choices;
  const double share = 1 / static_cast<double>(kernels_.size());  // the prior's, of each choice
  return (share + (choice == kernel.center ? 1 : 0)) / (choices * share + 1);
}

double ParzenEstimator::kernel_log_density(const Kernel& kernel, double value) const {
  const Distribution& d = distribution_;
  if (!d.numerical()) return std::log(choice_probability(kernel, value));
  const auto standard = [&](double x) { return (x - kernel.center) / kernel.width; };
  const double whole = log_gauss_mass(standard(d.inner_low()), standard(d.inner_high()));
  const auto inner = [&](double x) { return d.log ? std::log(x) : x; };
  if (d.step > 0)
    return log_gauss_mass(standard(inner(value - d.step / 2)),
                          standard(inner(value + d.step / 2))) -
           whole;
  const double x = standard(inner(value));
  return -0.5 * x * x - 0.5 * std::log(2 * std::numbers::pi) - std::log(kernel.width) - whole;
}

double ParzenEstimator::log_density(double value) const {
  std::vector<double> terms;
  for (const auto& kernel : kernels_)
    terms.push_back(std::log(kernel.weight) + kernel_log_density(kernel, value));
  const double largest = *std::max_element(terms.begin(), terms.end());
  double sum = 0;
  for (const double term : terms) sum += std::exp(term - largest);
  return largest + std::log(sum);
}

}  // namespace tutti
