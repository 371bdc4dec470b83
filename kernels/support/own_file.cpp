#include "kernels/support/own_file.h"

#include <dlfcn.h>

namespace tutti {

std::filesystem::path own_file() {
  Dl_info about;
  if (::dladdr(reinterpret_cast<const void*>(&own_file), &about) == 0) return {};
  const std::filesystem::path file = about.dli_fname;
  return file.is_absolute() ? file : std::filesystem::path();
}

}  // namespace tutti
