#pragma once
#include <nlohmann/json.hpp>

#include "search/sampler.h"

/// What the studies of these tests have in common.
namespace tutti::test {

inline const nlohmann::json study_settings = {{"objective", "val_loss"}, {"seed", 54}};
inline const RandomSampler random_sampler;

}  // namespace tutti::test
