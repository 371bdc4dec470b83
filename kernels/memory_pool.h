#pragma once
#include <cstddef>
#include <map>
#include <mutex>
#include <vector>

#include "kernels/device.h"

namespace tutti::kernels {

/// Memory of a device that is free, by its size: what tensors give back is handed out again.
class MemoryPool {
 public:
  explicit MemoryPool(Device device) : device_(device) {}
  MemoryPool(const MemoryPool&) = delete;
  MemoryPool& operator=(const MemoryPool&) = delete;
  ~MemoryPool() { clear(); }

  Device device() const { return device_; }
  void* take(std::size_t bytes);  // null if nothing of this size is free
  void put_back(void* address, std::size_t bytes);
  void clear();  // gives what is free back to the device

 private:
  Device device_;
  std::mutex mutex_;
  std::map<std::size_t, std::vector<void*>> free_;
};

}  // namespace tutti::kernels
