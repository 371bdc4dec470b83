#pragma once
#include <cstdint>
#include <vector>

#include "search/trial.h"

namespace tutti {

enum class Pruner { median, none };
template <>
inline constexpr EnumNames<Pruner> enum_names<Pruner> = {
    "a pruner", {{Pruner::median, "median"}, {Pruner::none, "none"}}};

/// Optuna's median pruner with its defaults: a trial ends if its best value so far is worse than
/// the median, at its last step, of the complete trials among `others`; not before 5 are complete.
/// A trial whose values are all NaN ends too.
bool median_prunes(const Trial& trial, const std::vector<Trial>& others, Direction direction);

}  // namespace tutti
