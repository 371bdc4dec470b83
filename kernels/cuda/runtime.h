#pragma once
#include <cuda_runtime.h>

#include <cstddef>

/// What a GPU needs and the SIMT machine does not. One thread of the host drives the GPU.
namespace tutti::kernels::cuda {

/// Throws an Error with the call and CUDA's words for what went wrong.
void check(cudaError_t status, const char* call);
#define TUTTI_CUDA(call) ::tutti::kernels::cuda::check((call), #call)

/// The stream in which everything happens, in order.
cudaStream_t stream();

/// A point in the stream, for taking times.
class Event {
 public:
  Event() { TUTTI_CUDA(cudaEventCreate(&event_)); }
  ~Event() { cudaEventDestroy(event_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void record() { TUTTI_CUDA(cudaEventRecord(event_, stream())); }
  /// Milliseconds from an earlier event to this one; waits until both have passed.
  float since(const Event& earlier) const {
    float milliseconds = 0;
    TUTTI_CUDA(cudaEventSynchronize(event_));
    TUTTI_CUDA(cudaEventElapsedTime(&milliseconds, earlier.event_, event_));
    return milliseconds;
  }

 private:
  cudaEvent_t event_{};
};

}  // namespace tutti::kernels::cuda
