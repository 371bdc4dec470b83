#include "kernels/cuda/runtime.h"
#include "kernels/error.h"
#include "kernels/gpu.h"

namespace tutti {
namespace kernels::cuda {

void check(cudaError_t status, const char* call) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // forgets it, unless it is there to stay
  throw Error("cuda: ", call, ": ", cudaGetErrorString(status));
}

namespace {

class Stream {
 public:
  Stream() { TUTTI_CUDA(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking)); }
  cudaStream_t get() const { return stream_; }

 private:
  cudaStream_t stream_{};  // as long as the process lives
};

class GpuMemory final : public Memory {
 public:
  void* allocate(std::size_t bytes) override {
    void* address = nullptr;
    const cudaError_t status = cudaMalloc(&address, bytes ? bytes : 64);
    if (status == cudaErrorMemoryAllocation) {
      cudaGetLastError();
      std::size_t free = 0, total = 0;
      cudaMemGetInfo(&free, &total);
      throw OutOfMemory("cuda: out of memory: ", bytes >> 20, " MiB wanted, ", free >> 20, " of ",
                        total >> 20,
                        " MiB free on the GPU; fewer --members or a smaller --batch need less");
    }
    check(status, "cudaMalloc");
    return address;
  }
  void release(void* address, std::size_t) override { TUTTI_CUDA(cudaFree(address)); }
  void zero(void* address, std::size_t bytes) override {
    TUTTI_CUDA(cudaMemsetAsync(address, 0, bytes, stream()));
  }
  void copy_in(void* to, const void* host, std::size_t bytes) override {
    TUTTI_CUDA(cudaMemcpyAsync(to, host, bytes, cudaMemcpyHostToDevice, stream()));
    TUTTI_CUDA(cudaStreamSynchronize(stream()));
  }
  void copy_out(void* host, const void* from, std::size_t bytes) override {
    TUTTI_CUDA(cudaMemcpyAsync(host, from, bytes, cudaMemcpyDeviceToHost, stream()));
    TUTTI_CUDA(cudaStreamSynchronize(stream()));
  }
};

std::string version_text(int version) {
  return std::to_string(version / 1000) + '.' + std::to_string(version % 1000 / 10);
}

}  // namespace

cudaStream_t stream() {
  static const Stream stream;
  return stream.get();
}

Memory& memory() {
  if (!describe_gpu().available) throw Error("cuda: ", describe_gpu().reason);
  static GpuMemory gpu;
  return gpu;
}

}  // namespace kernels::cuda

namespace {

GpuDescription look_for_gpu() {
  GpuDescription gpu;
  int runtime = 0, driver = 0, count = 0;
  cudaRuntimeGetVersion(&runtime);
  cudaDriverGetVersion(&driver);
  gpu.runtime = kernels::cuda::version_text(runtime);
  gpu.driver = driver ? kernels::cuda::version_text(driver) : "";
  const cudaError_t status = cudaGetDeviceCount(&count);
  cudaDeviceProp properties{};
  if (status != cudaSuccess) {
    cudaGetLastError();
    gpu.reason = driver ? cudaGetErrorString(status) : "there is no NVIDIA driver";
  } else if (count == 0) {
    gpu.reason = "there is no NVIDIA GPU";
  } else if (cudaGetDeviceProperties(&properties, 0) != cudaSuccess) {
    gpu.reason = cudaGetErrorString(cudaGetLastError());
  } else if (properties.major * 10 + properties.minor < 75) {
    gpu.reason = std::string(properties.name) + " is older than compute capability 7.5";
  } else {
    gpu.available = true;
    gpu.name = properties.name;
    gpu.compute_capability =
        std::to_string(properties.major) + '.' + std::to_string(properties.minor);
    gpu.multiprocessors = properties.multiProcessorCount;
    gpu.memory = properties.totalGlobalMem;
  }
  return gpu;
}

}  // namespace

const GpuDescription& describe_gpu() {
  static const GpuDescription gpu = look_for_gpu();
  return gpu;
}

}  // namespace tutti
