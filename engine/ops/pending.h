#pragma once
#include "engine/ops/ops.h"
namespace tutti {
Variable rescale(const Variable& x, double scale, double offset);
Variable concatenate(const std::vector<Variable>& parts, std::int64_t axis);
}
