#include "datasets/fingerprint.h"

#include <iomanip>
#include <sstream>

namespace tutti {

std::string hex(std::uint64_t value) {
  std::ostringstream text;
  text << std::hex << std::setfill('0') << std::setw(16) << value;
  return text.str();
}

}  // namespace tutti
