#pragma once
#include <cstdint>
#include <vector>

#include "engine/layers/sequential.h"
#include "engine/training/examples.h"

namespace tutti {

/// Every member's probabilities for its rows [M][n] of x [examples, …]: float32 [M, n, classes] on
/// the host.
Tensor predict_probabilities(const Sequential& model, const Tensor& x, const MemberRows& rows);

/// The same rows for every member.
Tensor predict_probabilities(const Sequential& model, const Tensor& x,
                             const std::vector<std::int32_t>& rows);

}  // namespace tutti
