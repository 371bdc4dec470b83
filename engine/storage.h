#pragma once
#include <cstdint>
#include <memory>

#include "kernels/device.h"

namespace tutti {

/// Memory for tensors from a pool: what is freed is kept and handed out again for the same size, so
/// that a training step allocates nothing once the first has run.
std::shared_ptr<void> allocate(Device device, std::int64_t bytes);

/// Gives the pool's unused memory back to the device.
void release_unused_memory();

/// A pool apart: nothing but tensors made with it get its memory. What they free stays with it as
/// long as somebody holds it.
class MemoryPool;
std::shared_ptr<MemoryPool> own_memory();

/// While one lives, this thread's new tensors are made with that pool.
class WithMemory {
 public:
  explicit WithMemory(std::shared_ptr<MemoryPool> pool);
  ~WithMemory();
  WithMemory(const WithMemory&) = delete;
  WithMemory& operator=(const WithMemory&) = delete;

 private:
  std::shared_ptr<MemoryPool> before_;
};

}  // namespace tutti
