#include "kernels/cuda/for_each.h"
#include "kernels/cuda/gpu_backend.h"

namespace tutti::kernels::TUTTI_GPU {

void GpuBackend::gather(std::int64_t count, std::int64_t size, const GatheredBytes<float>& from,
                        float* x) {
  for_each(count, size, [=] __device__(std::int64_t p, std::int64_t i) {
    x[p * size + i] = from.scale * from.data[from.rows[p] * size + i] + from.offset;
  });
}

void GpuBackend::gather(std::int64_t count, std::int64_t size, const float* data,
                        const std::int32_t* rows, float* x) {
  for_each(count, size, [=] __device__(std::int64_t p, std::int64_t i) {
    x[p * size + i] = data[rows[p] * size + i];
  });
}

}  // namespace tutti::kernels::TUTTI_GPU
