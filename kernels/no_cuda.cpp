// What a build without nvcc has instead of kernels/cuda.
#include "kernels/gpu.h"
#include "kernels/support/error.h"

namespace tutti {

const GpuDescription& describe_gpu() {
  static const GpuDescription none{.reason =
                                       "this build has no CUDA: it was configured without nvcc"};
  return none;
}

std::string try_gpu() { return describe_gpu().reason; }

namespace kernels {

DeviceContext& cuda::context() {
  static auto& settings = *new DeviceContext(Device::cuda);
  return settings;
}
Backend<float>& cuda::backend() { throw Error("cuda: ", describe_gpu().reason); }
Memory& cuda::memory() { throw Error("cuda: ", describe_gpu().reason); }
std::unique_ptr<Graph> cuda::record(const std::function<void()>&, std::unique_ptr<Graph>) {
  throw Error("cuda: ", describe_gpu().reason);
}

}  // namespace kernels
}  // namespace tutti
