#include "kernels/memory_pool.h"

#include "kernels/device_context.h"

namespace tutti::kernels {

void* MemoryPool::take(std::size_t bytes) {
  std::lock_guard lock(mutex_);
  auto& free = free_[bytes];
  if (free.empty()) return nullptr;
  void* address = free.back();
  free.pop_back();
  return address;
}

void MemoryPool::put_back(void* address, std::size_t bytes) {
  std::lock_guard lock(mutex_);
  free_[bytes].push_back(address);
}

void MemoryPool::clear() {
  std::lock_guard lock(mutex_);
  for (auto& [bytes, addresses] : free_)
    for (void* address : addresses) context(device_).release(address, bytes);
  free_.clear();
}

}  // namespace tutti::kernels
