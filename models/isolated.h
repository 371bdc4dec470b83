#pragma once
#include <sys/resource.h>

#include <functional>
#include <string>

namespace tutti {

struct Limits {
  rlim_t seconds;  // of processor time
  rlim_t bytes;    // of memory on top of what this process has
};

/// The result of `read`, done in a child process: a library that crashes or loops for ever on a
/// hostile file does so there, and here it is an Error. So are the exceptions of `read`.
std::string isolated(const std::function<std::string()>& read, const Limits& limits);

}  // namespace tutti
