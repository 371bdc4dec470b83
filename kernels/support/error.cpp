#include "kernels/support/error.h"

#include <filesystem>
#include <new>

namespace tutti {

std::string reason_of(const std::exception& problem) {
  if (dynamic_cast<const std::bad_alloc*>(&problem)) return "there is not enough memory";
  if (const auto* system = dynamic_cast<const std::filesystem::filesystem_error*>(&problem))
    return system->code().message();
  const std::string text = problem.what();
  // "[json.exception.type_error.302] type must be string, but is null"
  return text.starts_with("[json.") ? text.substr(text.find("] ") + 2) : text;
}

}  // namespace tutti
