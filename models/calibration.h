#pragma once
#include <cstdint>
#include <vector>

#include "engine/tensor.h"

namespace tutti {

/// Probabilities [M, n, K] at another temperature: p^(1 / T) over its sum, the softmax of logits
/// divided by T. Above 1 they come closer to each other.
Tensor tempered(const Tensor& probabilities, double temperature);

/// The temperature, 1/16 to 16, at which the mean over members of held-out probabilities [M, n, K]
/// makes the labels [n] likeliest. Guo and others: On calibration of modern neural networks (ICML
/// 2017). An Error if there are no labels.
double fit_temperature(const Tensor& scores, const std::vector<std::int32_t>& labels);

}  // namespace tutti
