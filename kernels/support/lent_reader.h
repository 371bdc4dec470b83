#pragma once
#include <memory>

#include "kernels/support/isolated.h"

namespace tutti {

/// A tutti-reader that has nothing else to do, or a new one; it is there for others again when this
/// goes. One that met a damaged file is not asked again.
class LentReader {
 public:
  LentReader();
  ~LentReader();

  /// Its answer, or its Error; see Isolated.
  std::string ask(const std::vector<std::string>& words,
                  const std::vector<std::filesystem::path>& files, rlim_t seconds);

 private:
  std::unique_ptr<Isolated> reader_;
};

}  // namespace tutti
