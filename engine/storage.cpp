#include "engine/storage.h"

#include <map>
#include <mutex>
#include <vector>

#include "kernels/backend.h"
#include "kernels/error.h"

namespace tutti {
namespace {

class Pool {
 public:
  void* take(Device device, std::size_t bytes) {
    {
      std::lock_guard lock(mutex_);
      auto& free = free_[{device, bytes}];
      if (!free.empty()) {
        void* address = free.back();
        free.pop_back();
        return address;
      }
    }
    try {
      return kernels::memory(device).allocate(bytes);
    } catch (const OutOfMemory&) {  // what the pool keeps may be in the way
      clear();
      return kernels::memory(device).allocate(bytes);
    }
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

Pool& pool() {
  static auto* pool = new Pool;  // outlives every static tensor
  return *pool;
}

}  // namespace

std::shared_ptr<void> allocate(Device device, std::int64_t bytes) {
  const auto size = (static_cast<std::size_t>(bytes) + 63) / 64 * 64;
  return {pool().take(device, size),
          [device, size](void* address) { pool().put_back(device, size, address); }};
}

void release_unused_memory() { pool().clear(); }

}  // namespace tutti
