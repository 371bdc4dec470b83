#include <utility>

#include "kernels/cuda/runtime.h"
#include "kernels/gpu.h"
#include "kernels/support/error.h"

namespace tutti {
namespace kernels::cuda {

void check(cudaError_t status, const char* call) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // forgets it, unless it is there to stay
  throw Error("cuda: ", call, ": ", cudaGetErrorString(status));
}

namespace {

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
  void release(void* address, std::size_t) override {  // in destructors: the first error is told
    if (cudaFree(address) != cudaSuccess) cudaGetLastError();
  }
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
  void wait() override { TUTTI_CUDA(cudaStreamSynchronize(stream())); }
};

/// The settings and memory of the GPU, and its one stream.
class GpuContext final : public DeviceContext {
 public:
  GpuContext() : DeviceContext(Device::cuda) {}

  cudaStream_t stream() {
    if (!stream_) TUTTI_CUDA(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking));
    return stream_;
  }
  GpuMemory memory;

 private:
  cudaStream_t stream_{};
};

/// Never destroyed: at the end of the process the driver may be gone before it.
GpuContext& gpu() {
  static auto& context = *new GpuContext;
  return context;
}

/// A captured graph, ready to be launched.
class CudaGraph final : public Graph {
 public:
  ~CudaGraph() override {
    cudaStreamSynchronize(stream());  // it may be under way
    if (ready_) cudaGraphExecDestroy(ready_);
  }
  void replay() override { TUTTI_CUDA(cudaGraphLaunch(ready_, stream())); }

  /// Becomes what was captured: by an update if it is as many kernels in the same order as before.
  void set(cudaGraph_t captured, DeviceContext::Scratch scratch) {
    cudaGraphExecUpdateResultInfo problem;
    if (ready_ && cudaGraphExecUpdate(ready_, captured, &problem) != cudaSuccess) {
      cudaGetLastError();
      cudaGraphExecDestroy(std::exchange(ready_, nullptr));
    }
    if (!ready_) TUTTI_CUDA(cudaGraphInstantiate(&ready_, captured, 0));
    scratch_ = std::move(scratch);
  }

 private:
  cudaGraphExec_t ready_{};
  DeviceContext::Scratch scratch_;
};

/// What the stream is given while it lives goes into a graph.
class Capture {
 public:
  Capture() {  // relaxed: memory may be allocated
    TUTTI_CUDA(cudaStreamBeginCapture(stream(), cudaStreamCaptureModeRelaxed));
    under_way_ = true;
  }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  ~Capture() {
    if (under_way_ && cudaStreamEndCapture(stream(), &graph_) != cudaSuccess) cudaGetLastError();
    if (graph_) cudaGraphDestroy(graph_);
  }
  cudaGraph_t end() {
    under_way_ = false;
    TUTTI_CUDA(cudaStreamEndCapture(stream(), &graph_));
    return graph_;
  }

 private:
  bool under_way_ = false;
  cudaGraph_t graph_{};
};

std::string version_text(int version) {
  return std::to_string(version / 1000) + '.' + std::to_string(version % 1000 / 10);
}

}  // namespace

cudaStream_t stream() { return gpu().stream(); }

std::int64_t most_shared_bytes() {
  static const int bytes = [] {
    int value = 0;
    TUTTI_CUDA(cudaDeviceGetAttribute(&value, cudaDevAttrMaxSharedMemoryPerBlockOptin, 0));
    return value;
  }();
  return bytes;
}

std::unique_ptr<Graph> record(const std::function<void()>& work, std::unique_ptr<Graph> before) {
  if (!before) before = std::make_unique<CudaGraph>();
  const DeviceContext::Recording recording(context());
  Capture capture;
  work();
  static_cast<CudaGraph&>(*before).set(capture.end(), recording.scratch());
  return before;
}

DeviceContext& context() { return gpu(); }

Memory& memory() {
  if (!describe_gpu().available) throw Error("cuda: ", describe_gpu().reason);
  return gpu().memory;
}

}  // namespace kernels::cuda

namespace {

/// Operations that a multiprocessor does at each tick of its clock, from NVIDIA's architecture
/// white papers: on CUDA cores, and on tensor cores with sums in float. 7.5 has fp16 for tf32 and
/// bf16.
GpuDescription::Peaks operations_a_tick(int major, int minor) {
  switch (major * 10 + minor) {
    case 75:
      return {128, 512, 512};
    case 80:
      return {128, 1024, 2048};
    case 90:
      return {256, 2048, 4096};
    case 100:
    case 103:
      return {256, 4096, 8192};
    default:  // 8.6, 8.9, 12.0
      return {256, 256, 512};
  }
}

GpuDescription::Peaks peaks_of(const cudaDeviceProp& properties) {
  int clock = 0, memory_clock = 0, bus = 0;  // kHz, kHz, bits
  cudaDeviceGetAttribute(&clock, cudaDevAttrClockRate, 0);
  cudaDeviceGetAttribute(&memory_clock, cudaDevAttrMemoryClockRate, 0);
  cudaDeviceGetAttribute(&bus, cudaDevAttrGlobalMemoryBusWidth, 0);
  cudaGetLastError();  // what is not known stays 0
  GpuDescription::Peaks peaks = operations_a_tick(properties.major, properties.minor);
  const double ticks = 1e3 * clock * properties.multiProcessorCount;
  for (double* rate : {&peaks.fp32, &peaks.tf32, &peaks.bf16}) *rate *= ticks;
  peaks.bytes = 2e3 * memory_clock * (bus / 8);  // two transfers a tick
  return peaks;
}

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
    gpu.reason = !driver ? "there is no NVIDIA driver"
                 : status == cudaErrorInsufficientDriver
                     ? "its driver is for CUDA " + gpu.driver + "; one for CUDA " + gpu.runtime +
                           " or later is wanted"
                     : cudaGetErrorString(status);
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
    gpu.peaks = peaks_of(properties);
  }
  return gpu;
}

}  // namespace

const GpuDescription& describe_gpu() {
  static const GpuDescription gpu = look_for_gpu();
  return gpu;
}

std::string try_gpu() try {
  if (describe_gpu().available) kernels::cuda::stream();
  return describe_gpu().reason;
} catch (const Error& problem) {
  return problem.what();
}

}  // namespace tutti
