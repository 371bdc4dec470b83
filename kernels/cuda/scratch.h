#pragma once
#include <cstdint>

#include "kernels/cuda/language.h"
#include "kernels/gpu.h"

namespace tutti::kernels::TUTTI_GPU {

/// See DeviceContext::scratch.
inline float* scratch(std::int64_t count) { return context().scratch(count); }

/// y[i] = sum of parts[p, i] over p, in order.
void sum_parts(std::int64_t count, std::int64_t size, const float* parts, float* y);

}  // namespace tutti::kernels::TUTTI_GPU
