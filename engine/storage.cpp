#include "engine/storage.h"

#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "kernels/backend.h"
#include "kernels/support/error.h"

namespace tutti {

class MemoryPool {
 public:
  MemoryPool() = default;
  MemoryPool(const MemoryPool&) = delete;
  MemoryPool& operator=(const MemoryPool&) = delete;
  ~MemoryPool() { clear(); }

  /// Null if nothing of this size is free.
  void* take(Device device, std::size_t bytes) {
    std::lock_guard lock(mutex_);
    auto& free = free_[{device, bytes}];
    if (free.empty()) return nullptr;
    void* address = free.back();
    free.pop_back();
    return address;
  }

  void put_back(Device device, std::size_t bytes, void* address) {
    std::lock_guard lock(mutex_);
    free_[{device, bytes}].push_back(address);
  }

  void clear() {
    std::lock_guard lock(mutex_);
    for (auto& [key, addresses] : free_)
      for (void* address : addresses) kernels::memory(key.first).release(address, key.second);
    free_.clear();
  }

 private:
  std::mutex mutex_;
  std::map<std::pair<Device, std::size_t>, std::vector<void*>> free_;
};

namespace {

/// Of all tensors that are not made WithMemory of their own.
const std::shared_ptr<MemoryPool>& common_memory() {
  static auto* pool = new auto(std::make_shared<MemoryPool>());  // outlives every static tensor
  return *pool;
}

thread_local std::shared_ptr<MemoryPool> current;  // null: the common one

void* allocate_new(Device device, std::size_t bytes) {
  try {
    return kernels::memory(device).allocate(bytes);
  } catch (const OutOfMemory&) {  // what the pool keeps may be in the way
    release_unused_memory();
    return kernels::memory(device).allocate(bytes);
  }
}

}  // namespace

std::shared_ptr<void> allocate(Device device, std::int64_t bytes) {
  const auto size = (static_cast<std::size_t>(bytes) + 63) / 64 * 64;
  auto pool = current ? current : common_memory();
  void* address = pool->take(device, size);
  if (!address) address = allocate_new(device, size);
  return {address,
          [pool = std::move(pool), device, size](void* a) { pool->put_back(device, size, a); }};
}

void release_unused_memory() { common_memory()->clear(); }

std::shared_ptr<MemoryPool> own_memory() { return std::make_shared<MemoryPool>(); }

WithMemory::WithMemory(std::shared_ptr<MemoryPool> pool)
    : before_(std::exchange(current, std::move(pool))) {}
WithMemory::~WithMemory() { current = std::move(before_); }

}  // namespace tutti
