#include "kernels/cpu/gather.h"

#include <algorithm>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/support/simd.h"
#include "kernels/support/threads.h"

namespace tutti::kernels {

namespace cpu {

TUTTI_SIMD void read_bytes(std::int64_t n, const std::uint8_t* bytes, float scale, float offset,
                           float* x) {
  for (std::int64_t i = 0; i < n; ++i) x[i] = scale * static_cast<float>(bytes[i]) + offset;
}

}  // namespace cpu

void CpuBackend::gather(std::int64_t count, std::int64_t size, const GatheredBytes<float>& from,
                        float* x) {
  parallel_for(count, [&](std::int64_t p) {
    cpu::read_bytes(size, from.data + from.rows[p] * size, from.scale, from.offset, x + p * size);
  });
}

void CpuBackend::gather(std::int64_t count, std::int64_t size, const float* data,
                        const std::int32_t* rows, float* x) {
  parallel_for(count,
               [&](std::int64_t p) { std::copy_n(data + rows[p] * size, size, x + p * size); });
}

}  // namespace tutti::kernels
