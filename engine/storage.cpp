#include "engine/storage.h"

#include <utility>

#include "kernels/backend.h"
#include "kernels/device_context.h"
#include "kernels/support/error.h"

namespace tutti {
namespace {

thread_local std::shared_ptr<kernels::MemoryPool> current;  // null: the device's own

void* allocate_new(Device device, std::size_t bytes) {
  try {
    return kernels::memory(device).allocate(bytes);
  } catch (const OutOfMemory&) {                      // what the pools keep may be in the way
    if (kernels::context(device).recording()) throw;  // nothing can be given back now
    release_unused_memory();
    return kernels::memory(device).allocate(bytes);
  }
}

}  // namespace

std::shared_ptr<void> allocate(Device device, std::int64_t bytes) {
  const auto size = (static_cast<std::size_t>(bytes) + 63) / 64 * 64;
  auto pool = current && current->device() == device ? current : kernels::context(device).pool();
  void* address = pool->take(size);
  if (!address) address = allocate_new(device, size);
  return {address, [pool = std::move(pool), size](void* a) { pool->put_back(a, size); }};
}

void release_unused_memory() {
  for (const auto device : {Device::cpu, Device::reference, Device::cuda, Device::simt})
    kernels::context(device).pool()->clear();
}

WithMemory::WithMemory(std::shared_ptr<kernels::MemoryPool> pool)
    : before_(std::exchange(current, std::move(pool))) {}
WithMemory::~WithMemory() { current = std::move(before_); }

}  // namespace tutti
