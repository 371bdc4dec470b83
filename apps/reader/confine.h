#pragma once
#include <cstdint>

namespace tutti {

/// Lets this process have `bytes` of memory more than it has, and only the system calls that
/// computing and reading and writing open files need; any other fails. Where the kernel cannot
/// filter calls, the limit alone holds.
void confine(std::uint64_t bytes);

}  // namespace tutti
