#pragma once
#include <cstddef>

#include "kernels/cuda/language.h"

namespace tutti::kernels::TUTTI_GPU {

/// Memory for what one operation computes between its kernels, [count] floats; good until the next
/// call. It grows to the largest wanted; recordings keep what they were given.
float* scratch(std::int64_t count);

/// y[i] = sum of parts[p, i] over p, in order.
void sum_parts(std::int64_t count, std::int64_t size, const float* parts, float* y);

}  // namespace tutti::kernels::TUTTI_GPU
