#include <algorithm>

#include "kernels/support/error.h"
#include "search/sampler.h"

namespace tutti {
namespace {

constexpr std::size_t most_points = 1'000'000;

/// All combinations of the parameters, conditions kept.
std::vector<Params> grid_of(const Space& space) {
  std::vector<Params> points(1);
  for (const auto& parameter : space.parameters) {
    const auto values = parameter.distribution.values();
    if (values.empty())
      throw Error("the grid sampler cannot count the values of '", parameter.name,
                  "'; give it a step, or choices");
    std::vector<Params> longer;
    for (const auto& point : points) {
      if (!space.active(parameter, point)) {
        longer.push_back(point);
        continue;
      }
      for (const double value : values) {
        longer.push_back(point);
        longer.back()[parameter.name] = value;
      }
      if (longer.size() > most_points)
        throw Error("the grid has more than ", most_points, " points; take larger steps");
    }
    points = std::move(longer);
  }
  return points;
}

}  // namespace

std::optional<Params> GridSampler::suggest(const Space& space, const std::vector<Trial>& trials,
                                           Direction, RandomStream& stream) const {
  auto points = grid_of(space);
  std::erase_if(points, [&](const Params& point) {
    return std::any_of(trials.begin(), trials.end(), [&](const Trial& trial) {
      return trial.params == point && (trial.state != TrialState::fail || !trial.error.empty());
    });
  });
  if (points.empty()) return std::nullopt;
  return points[static_cast<std::size_t>(stream.below(static_cast<std::int64_t>(points.size())))];
}

}  // namespace tutti
