#pragma once
#include <cstdint>

namespace tutti::kernels::cpu {

/// x[i] = scale * bytes[i] + offset
void read_bytes(std::int64_t n, const std::uint8_t* bytes, float scale, float offset, float* x);

}  // namespace tutti::kernels::cpu
