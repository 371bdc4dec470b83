#include "kernels/device_context.h"

#include "kernels/backend.h"
#include "kernels/gpu.h"

namespace tutti::kernels {

float* DeviceContext::scratch(std::int64_t count) {
  const std::size_t wanted = static_cast<std::size_t>(count) * sizeof(float);
  if (wanted > scratch_bytes_) {
    scratch_.reset();
    scratch_bytes_ = 0;
    scratch_ = {memory(pool_->device()).allocate(wanted),
                [this, wanted](void* address) { release(address, wanted); }};
    scratch_bytes_ = wanted;
  }
  if (recording_ && (recorded_.empty() || recorded_.back() != scratch_))
    recorded_.push_back(scratch_);
  return static_cast<float*>(scratch_.get());
}

void DeviceContext::release(void* address, std::size_t bytes) {
  if (recording_)
    released_.emplace_back(address, bytes);
  else
    memory(pool_->device()).release(address, bytes);
}

DeviceContext::Recording::Recording(DeviceContext& context) : context_(context) {
  context_.recording_ = true;
}

DeviceContext::Recording::~Recording() {
  context_.recording_ = false;
  context_.recorded_.clear();
  for (const auto& [address, bytes] : context_.released_) context_.release(address, bytes);
  context_.released_.clear();
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
