#include "kernels/device_context.h"

#include "kernels/backend.h"
#include "kernels/gpu.h"

namespace tutti::kernels {

float* DeviceContext::scratch(std::int64_t count, bool recording) {
  const std::size_t wanted = static_cast<std::size_t>(count) * sizeof(float);
  if (wanted > scratch_bytes_) {
    auto& memory = kernels::memory(pool_->device());
    if (scratch_recorded_)
      recorded_.push_back(scratch_);
    else if (scratch_)
      memory.release(scratch_, scratch_bytes_);
    scratch_ = nullptr;
    scratch_bytes_ = 0;
    scratch_recorded_ = false;
    scratch_ = memory.allocate(wanted);
    scratch_bytes_ = wanted;
  }
  scratch_recorded_ |= recording;
  return static_cast<float*>(scratch_);
}

// Never destroyed: static tensors may outlive whatever is.

DeviceContext& context(Device device) {
  static auto& cpu = *new DeviceContext(Device::cpu);
  static auto& reference = *new DeviceContext(Device::reference);
  if (device == Device::cuda) return cuda::context();
  if (device == Device::simt) return simt::context();
  return device == Device::cpu ? cpu : reference;
}

DeviceContext& simt::context() {
  static auto& simt = *new DeviceContext(Device::simt);
  return simt;
}

}  // namespace tutti::kernels
