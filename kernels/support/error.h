#pragma once
#include <sstream>
#include <stdexcept>
#include <string>

namespace tutti {

/// What went wrong, said to the person at the keyboard: it names the operation, file, row or option
/// at fault and what would be right.
class Error : public std::runtime_error {
 public:
  /// The message is its parts, streamed one after another.
  template <class... Parts>
  explicit Error(const Parts&... parts) : std::runtime_error(join(parts...)) {}

 private:
  template <class... Parts>
  static std::string join(const Parts&... parts) {
    std::ostringstream text;
    (text << ... << parts);
    return text.str();
  }
};

/// A device has not the memory that was asked for.
class OutOfMemory : public Error {
  using Error::Error;
};

/// What any exception says, for a message of ours: without the names that libraries give
/// themselves.
std::string reason_of(const std::exception& problem);

}  // namespace tutti
