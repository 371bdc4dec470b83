#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/support/error.h"
#include "search/parzen.h"
#include "search/sampler.h"

namespace tutti {
namespace {

constexpr std::size_t startup_trials = 10, most_below = 25;
constexpr int candidates = 24;

bool finished(const Trial& trial) {
  return trial.state == TrialState::complete || trial.state == TrialState::pruned;
}

/// Sorts the best first; a pruned trial that went further is better.
struct Rank {
  double step = 0, loss = 0;
  auto operator<=>(const Rank&) const = default;
};

Rank rank_of(const Trial& trial, Direction direction) {
  const double sign = direction == Direction::maximize ? -1 : 1;
  constexpr double infinite = std::numeric_limits<double>::infinity();
  if (trial.state == TrialState::complete) return {-infinite, sign * trial.value.value_or(0)};
  if (trial.intermediate.empty()) return {1, 0};
  const auto& [step, value] = *trial.intermediate.rbegin();
  return {-static_cast<double>(step), std::isnan(value) ? infinite : sign * value};
}

/// The values of a parameter in the trials that have it. Optuna runs queued trials with values
/// outside the range; they are left out.
std::vector<double> observed(const std::vector<const Trial*>& trials,
                             const SpaceParameter& parameter) {
  std::vector<double> values;
  for (const Trial* trial : trials)
    if (const auto found = trial->params.find(parameter.name);
        found != trial->params.end() && parameter.distribution.contains(found->second))
      values.push_back(found->second);
  return values;
}

double best_candidate(const SpaceParameter& parameter, const TpeSplit& split,
                      RandomStream& stream) {
  const ParzenEstimator good(parameter.distribution, observed(split.below, parameter));
  const ParzenEstimator bad(parameter.distribution, observed(split.above, parameter));
  double best = 0, highest = -std::numeric_limits<double>::infinity();
  for (int i = 0; i < candidates; ++i) {
    const double value = good.sample(stream);
    const double gain = good.log_density(value) - bad.log_density(value);
    if (i == 0 || gain > highest) {
      best = value;
      highest = gain;
    }
  }
  return best;
}

}  // namespace

TpeSplit split_for_tpe(const std::vector<Trial>& trials, Direction direction) {
  std::vector<const Trial*> ranked;
  TpeSplit split;
  for (const auto& trial : trials) {
    if (finished(trial)) ranked.push_back(&trial);
    if (trial.state == TrialState::running) split.above.push_back(&trial);
  }
  std::stable_sort(ranked.begin(), ranked.end(), [&](const Trial* a, const Trial* b) {
    return rank_of(*a, direction) < rank_of(*b, direction);
  });
  const auto tenth = static_cast<std::ptrdiff_t>(std::min(most_below, (ranked.size() + 9) / 10));
  split.below.assign(ranked.begin(), ranked.begin() + tenth);
  split.above.insert(split.above.end(), ranked.begin() + tenth, ranked.end());
  for (auto* list : {&split.below, &split.above})
    std::sort(list->begin(), list->end(),
              [](const Trial* a, const Trial* b) { return a->number < b->number; });
  return split;
}

std::optional<Params> TpeSampler::suggest(const Space& space, const std::vector<Trial>& trials,
                                          Direction direction, RandomStream& stream) const {
  const auto known =
      static_cast<std::size_t>(std::count_if(trials.begin(), trials.end(), finished));
  if (known < startup_trials) return RandomSampler().suggest(space, trials, direction, stream);
  const TpeSplit split = split_for_tpe(trials, direction);
  Params params;
  for (const auto& parameter : space.parameters)
    if (space.active(parameter, params))
      params[parameter.name] = parameter.distribution.single()
                                   ? uniform_value(parameter.distribution, stream)
                                   : best_candidate(parameter, split, stream);
  return params;
}

std::unique_ptr<Sampler> make_sampler(SamplerKind kind) {
  switch (kind) {
    case SamplerKind::tpe:
      return std::make_unique<TpeSampler>();
    case SamplerKind::random:
      return std::make_unique<RandomSampler>();
    case SamplerKind::grid:
      return std::make_unique<GridSampler>();
  }
  throw Error("a sampler that is not known");
}

}  // namespace tutti
