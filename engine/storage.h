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

}  // namespace tutti
