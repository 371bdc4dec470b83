#include "kernels/cuda/gpu_backend.h"
#include "kernels/gpu.h"

namespace tutti::kernels {

Backend<float>& TUTTI_GPU::backend() {
  TUTTI_GPU::memory();  // an Error where there is no GPU
  static GpuBackend ours;
  return ours;
}

}  // namespace tutti::kernels
