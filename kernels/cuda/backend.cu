#include "kernels/cuda/gpu_backend.h"
#include "kernels/gpu.h"
#include "kernels/host_memory.h"

namespace tutti::kernels {

#ifdef TUTTI_SIMT
Memory& simt::memory() { return host_memory(); }
#endif

Backend<float>& TUTTI_GPU::backend() {
  TUTTI_GPU::memory();  // an Error where there is no GPU
  static GpuBackend ours;
  return ours;
}

}  // namespace tutti::kernels
