#pragma once
#include "kernels/gpu.h"

namespace tutti::kernels::vendor {

/// Memory of the GPU that grows to the largest wanted and stays. Growing loses what is in it.
class Buffer {
 public:
  Buffer() = default;
  ~Buffer() { release(); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  void* bytes(std::size_t wanted) {
    if (wanted > size_) {
      release();
      address_ = cuda::memory().allocate(wanted);
      size_ = wanted;
    }
    return address_;
  }
  float* floats(std::int64_t wanted) {
    return static_cast<float*>(bytes(static_cast<std::size_t>(wanted) * sizeof(float)));
  }

 private:
  void release() {
    if (size_) cuda::memory().release(address_, size_);
    address_ = nullptr;
    size_ = 0;
  }

  void* address_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace tutti::kernels::vendor
