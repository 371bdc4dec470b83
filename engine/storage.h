#pragma once
#include <cstdint>
#include <memory>

#include "kernels/memory_pool.h"

namespace tutti {

/// Memory for tensors from a pool: what is freed is kept and handed out again for the same size, so
/// that a training step allocates nothing once the first has run.
std::shared_ptr<void> allocate(Device device, std::int64_t bytes);

/// Gives the unused memory of every device's common pool back.
void release_unused_memory();

/// While one lives, this thread's new tensors of the pool's device are made with it, and nothing
/// else gets their memory. What they free stays with the pool as long as somebody holds it.
class WithMemory {
 public:
  explicit WithMemory(std::shared_ptr<kernels::MemoryPool> pool);
  ~WithMemory();
  WithMemory(const WithMemory&) = delete;
  WithMemory& operator=(const WithMemory&) = delete;

 private:
  std::shared_ptr<kernels::MemoryPool> before_;
};

}  // namespace tutti
