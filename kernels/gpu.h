#pragma once
#include "kernels/backend.h"
#include "kernels/device_context.h"
#include "kernels/gpu_description.h"

/// The two homes of the kernels in kernels/cuda: a GPU, and the SIMT machine. On a GPU, one thread
/// of the host computes at a time.
namespace tutti::kernels {

namespace cuda {
DeviceContext& context();
Backend<float>& backend();  // an Error where there is no GPU
Memory& memory();
std::unique_ptr<Graph> record(const std::function<void()>& work, std::unique_ptr<Graph> before);
}  // namespace cuda

namespace simt {
DeviceContext& context();
Backend<float>& backend();
Memory& memory();
std::unique_ptr<Graph> record(const std::function<void()>& work, std::unique_ptr<Graph> before);
}  // namespace simt

}  // namespace tutti::kernels
