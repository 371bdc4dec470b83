#pragma once
#include <cstdint>
#include <functional>
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

/// Every member's outputs for all of x [n, input shape], so many examples at once: float32
/// [M, n, output shape] on the host. `progress` is told how many are done. An Error if the examples
/// are of another shape.
Tensor predict_outputs(const Model& model, const Tensor& x, std::int64_t batch = 32,
                       const std::function<void(std::int64_t done)>& progress = {});

}  // namespace tutti
