#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "kernels/support/random.h"
#include "search/trial.h"

namespace tutti {

/// Proposes values for a new trial from all trials so far, running ones too. Nothing if there is
/// nothing left to try.
class Sampler {
 public:
  virtual ~Sampler() = default;
  virtual std::optional<Params> suggest(const Space& space, const std::vector<Trial>& trials,
                                        Direction direction, RandomStream& stream) const = 0;
};

/// Uniform over each range, or over its logarithm.
class RandomSampler : public Sampler {
 public:
  std::optional<Params> suggest(const Space& space, const std::vector<Trial>& trials,
                                Direction direction, RandomStream& stream) const override;
};

/// Every combination once, in a random order. An Error names a parameter that cannot be counted.
class GridSampler : public Sampler {
 public:
  std::optional<Params> suggest(const Space& space, const std::vector<Trial>& trials,
                                Direction direction, RandomStream& stream) const override;
};

/// The tree-structured Parzen estimator, each parameter by itself, with Optuna's defaults: 10
/// random trials first, then the best of 24 candidates. Trials of other programs count too.
class TpeSampler : public Sampler {
 public:
  std::optional<Params> suggest(const Space& space, const std::vector<Trial>& trials,
                                Direction direction, RandomStream& stream) const override;
};

/// The trials that TPE learns from, each list in the order of their numbers: the best tenth (at
/// most 25) and the rest. Complete trials come first, then pruned ones that went further; running
/// ones are all in the rest.
struct TpeSplit {
  std::vector<const Trial*> below, above;
};
TpeSplit split_for_tpe(const std::vector<Trial>& trials, Direction direction);

/// Of all possible values alike.
double uniform_value(const Distribution& distribution, RandomStream& stream);

enum class SamplerKind { tpe, random, grid };
template <>
inline constexpr EnumNames<SamplerKind> enum_names<SamplerKind> = {
    "a sampler",
    {{SamplerKind::tpe, "tpe"}, {SamplerKind::random, "random"}, {SamplerKind::grid, "grid"}}};

std::unique_ptr<Sampler> make_sampler(SamplerKind kind);

}  // namespace tutti
