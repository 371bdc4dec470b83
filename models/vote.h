#pragma once
#include <cstdint>
#include <vector>

#include "engine/tensor.h"
#include "kernels/support/enum_names.h"

namespace tutti {

enum class Vote {
  mean,      ///< the class with the largest mean probability
  majority,  ///< the class most members choose; of equally many, the one of larger mean probability
};
template <>
inline constexpr EnumNames<Vote> enum_names<Vote> = {
    "a vote", {{Vote::mean, "mean"}, {Vote::majority, "majority"}}};

/// Mean over members of probabilities [M, n, K] -> [n][K], flat.
std::vector<float> mean_probabilities(const Tensor& scores);

/// Probabilities [M, n, K] of several n, one after another.
Tensor joined_examples(const std::vector<Tensor>& parts);

/// Each member's class for probabilities [M, n, K] -> [M][n]; the first of equally likely ones.
std::vector<std::vector<std::int32_t>> member_labels(const Tensor& scores);

/// The classes that the members vote for, [M, n, K] -> [n].
std::vector<std::int32_t> vote(const Tensor& scores, Vote rule);

}  // namespace tutti
