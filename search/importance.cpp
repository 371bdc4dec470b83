#include "search/importance.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "search/parzen.h"

namespace tutti {
namespace {

constexpr std::size_t grid_points = 50, fewest_top = 2;
constexpr double top_share = 0.1;

/// A parameter's values counted on a grid: of its choices, its steps, or 50 points of its range.
class Grid {
 public:
  explicit Grid(const Distribution& d) : d_(d), points_(d.choices.size()) {
    if (!d.numerical()) return;
    const double steps = (d.high - d.low) / d.step;  // infinite without a step
    points_ = grid_points;
    if (d.step > 0 && d.log)
      points_ =
          std::min(points_, static_cast<std::size_t>(std::ceil(std::log2(d.high - d.low + 1))) + 1);
    else if (d.step > 0)
      points_ = static_cast<std::size_t>(std::min<double>(grid_points, std::round(steps) + 1));
  }

  std::vector<double> count(const std::vector<double>& values) const {
    std::vector<double> counts(points_);
    for (const double value : values) ++counts[at(value)];
    return counts;
  }

 private:
  std::size_t at(double value) const {
    if (!d_.numerical()) return static_cast<std::size_t>(value);
    const auto inner = [&](double x) { return d_.log ? std::log(x) : x; };
    const double low = inner(d_.low);
    const double step = (inner(d_.high) - low) / static_cast<double>(points_ - 1);
    const double place = std::ceil((inner(value) - low) / step - 0.5);
    return static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(points_ - 1)));
  }

  Distribution d_;
  std::size_t points_;
};

/// Width of the kernels by Scott's rule, from counts on a grid.
double scott_width(const std::vector<double>& counts) {
  const double n = std::accumulate(counts.begin(), counts.end(), 0.0);
  double mean = 0, squares = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) mean += static_cast<double>(i) * counts[i] / n;
  for (std::size_t i = 0; i < counts.size(); ++i)
    squares += (static_cast<double>(i) - mean) * (static_cast<double>(i) - mean) * counts[i];
  const double stddev = std::sqrt(squares / std::max(1.0, n - 1));
  // The quartiles, the lower one rounded down and the upper one up.
  double low = -1, high = -1, accumulated = 0, last = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    accumulated += counts[i];
    last = static_cast<double>(i);
    if (low < 0 && accumulated >= std::floor(n / 4)) low = last;
    if (high < 0 && accumulated > std::floor(n * 3 / 4)) high = last;
  }
  if (high < 0) high = last;
  const double width = 1.059 * std::min((high - low) / 1.34, stddev) * std::pow(n, -0.2);
  return std::max(width, 0.5 / 1.64);  // 90 % of a kernel stay in one cell
}

/// The probability of every grid point, a prior of one observation mixed in.
std::vector<double> densities(const std::vector<double>& counts, bool numerical) {
  const auto points = counts.size();
  const double n = std::accumulate(counts.begin(), counts.end(), 0.0);
  const auto kernels = static_cast<double>(
      std::count_if(counts.begin(), counts.end(), [](double count) { return count > 0; }) + 1);
  std::vector<double> result(points);
  const auto add = [&](double weight, double center, double width) {
    const double low = -0.5, high = static_cast<double>(points) - 0.5;
    const double whole = log_gauss_mass((low - center) / width, (high - center) / width);
    for (std::size_t i = 0; i < points; ++i) {
      const double from = static_cast<double>(i) - 0.5;
      result[i] +=
          weight *
          std::exp(log_gauss_mass((from - center) / width, (from + 1 - center) / width) - whole);
    }
  };
  const double width = numerical ? scott_width(counts) : 0;
  for (std::size_t k = 0; k < points; ++k) {
    if (counts[k] == 0) continue;
    const double weight = counts[k] / (n + 1);
    if (numerical) {
      add(weight, static_cast<double>(k), width);
      continue;
    }
    const double share = 1 / kernels, whole = static_cast<double>(points) * share + 1;
    for (std::size_t i = 0; i < points; ++i)
      result[i] += weight * (share + (i == k ? 1 : 0)) / whole;
  }
  const auto size = static_cast<double>(points);
  if (numerical)
    add(1 / (n + 1), (size - 1) / 2, size);
  else
    for (auto& p : result) p += 1 / (n + 1) / size;
  return result;
}

double divergence(const Distribution& d, const std::vector<double>& top,
                  const std::vector<double>& all) {
  const Grid grid(d);
  const auto p = densities(grid.count(top), d.numerical());
  const auto q = densities(grid.count(all), d.numerical());
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double here = q[i] + 1e-12, ratio = (p[i] + 1e-12) / here - 1;
    sum += here * ratio * ratio;
  }
  return sum;
}

}  // namespace

std::vector<std::pair<std::string, double>> importances(
    const std::vector<Trial>& trials, const std::map<std::string, Distribution>& parameters,
    Direction direction) {
  std::vector<std::pair<std::string, double>> result;
  double sum = 0;
  for (const auto& [name, distribution] : parameters) {
    std::vector<double> losses, all, top;
    for (const auto& trial : trials)
      if (trial.state == TrialState::complete && trial.params.contains(name)) {
        losses.push_back(direction == Direction::maximize ? -*trial.value : *trial.value);
        all.push_back(trial.params.at(name));
      }
    double importance = 0;
    if (all.size() > fewest_top && !distribution.single()) {
      auto sorted = losses;
      std::sort(sorted.begin(), sorted.end());
      const auto last =
          static_cast<std::size_t>(std::ceil(top_share * static_cast<double>(all.size())));
      const double cutoff = sorted[std::max(fewest_top, last) - 1];
      for (std::size_t i = 0; i < all.size(); ++i)
        if (losses[i] <= cutoff) top.push_back(all[i]);
      const double share = static_cast<double>(top.size()) / static_cast<double>(all.size());
      importance = share * share * divergence(distribution, top, all);
    }
    sum += importance;
    result.emplace_back(name, importance);
  }
  if (sum > 0)
    for (auto& [name, importance] : result) importance /= sum;
  std::stable_sort(result.begin(), result.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return result;
}

}  // namespace tutti
