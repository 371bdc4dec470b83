#include "kernels/cuda/for_each.h"
#include "kernels/cuda/scratch.h"

namespace tutti::kernels::TUTTI_GPU {

void sum_parts(std::int64_t parts, std::int64_t size, const float* from, float* y) {
  for_each(size, [=] __device__(std::int64_t i) {
    float sum = 0;
    for (std::int64_t p = 0; p < parts; ++p) sum += from[p * size + i];
    y[i] = sum;
  });
}

}  // namespace tutti::kernels::TUTTI_GPU
