#pragma once
#include <cstdint>
#include <vector>

#include "engine/layers/model.h"
#include "engine/training/examples.h"

namespace tutti {

/// Every member's probabilities for its rows [M][n] of x [examples, …]: float32 [M, n, classes] on
/// the host.
Tensor predict_probabilities(const Model& model, const Tensor& x, const MemberRows& rows);

/// The same without a copy of all of x on the model's device: where it is elsewhere, rows are
/// gathered on the host, batch by batch.
Tensor predict_streamed(const Model& model, const Tensor& x, const MemberRows& rows);

/// The same rows for every member.
Tensor predict_probabilities(const Model& model, const Tensor& x,
                             const std::vector<std::int32_t>& rows);

}  // namespace tutti
