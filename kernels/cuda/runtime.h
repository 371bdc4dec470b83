#pragma once
#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

/// What a GPU needs and the SIMT machine does not. One thread of the host drives the GPU.
namespace tutti::kernels::cuda {

/// Throws an Error with the call and CUDA's words for what went wrong.
void check(cudaError_t status, const char* call);
#define TUTTI_CUDA(call) ::tutti::kernels::cuda::check((call), #call)

/// The stream in which everything happens, in order.
cudaStream_t stream();

/// The most shared memory that a block can have.
std::int64_t most_shared_bytes();

}  // namespace tutti::kernels::cuda
