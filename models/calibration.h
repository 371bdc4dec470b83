#pragma once
#include <cstdint>
#include <vector>

#include "engine/tensor.h"

namespace tutti {

/// The mean over members of probabilities [M, n, K] -> [n][K], flat, at a temperature: p^(1 / T)
/// over its sum, the softmax of logits divided by T. Above 1 they come closer to each other. The
/// vote is tempered, not each member: Rahaman, Thiery: Uncertainty quantification and deep
/// ensembles (NeurIPS 2021).
std::vector<float> tempered_mean(const Tensor& scores, double temperature);

/// The temperature, 1/16 to 16, at which that of held-out examples makes the labels [n] likeliest.
/// Guo and others: On calibration of modern neural networks (ICML 2017). An Error if there are no
/// labels.
double fit_temperature(const Tensor& scores, const std::vector<std::int32_t>& labels);

}  // namespace tutti
