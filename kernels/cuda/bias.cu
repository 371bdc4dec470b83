#include "kernels/cuda/column_sums.h"
#include "kernels/cuda/gpu_backend.h"

namespace tutti::kernels::TUTTI_GPU {

void GpuBackend::bias_backward(std::int64_t members, std::int64_t rows, std::int64_t features,
                               const float* dy, float* db) {
  column_sums(
      members, rows, features, 1,
      [=] __device__(std::int64_t m, std::int64_t r, std::int64_t f) {
        return dy[(m * rows + r) * features + f];
      },
      db);
}

}  // namespace tutti::kernels::TUTTI_GPU
