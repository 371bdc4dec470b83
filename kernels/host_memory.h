#pragma once
#include "kernels/backend.h"

namespace tutti::kernels {

/// The memory of this machine, for every device but a GPU.
Memory& host_memory();

}  // namespace tutti::kernels
