#pragma once
#include <cstdint>
#include <vector>

#include "engine/sequential.h"

namespace tutti {

/// Every member's probabilities for rows of x [examples, …]: float32 [M, n, classes] on the host.
Tensor predict_probabilities(const Sequential& model, const Tensor& x,
                             const std::vector<std::int32_t>& rows);

}  // namespace tutti
