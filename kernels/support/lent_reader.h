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

/// From now on nobody's file is read by a program that has read another's: no reader is lent again.
void lend_readers_once();

}  // namespace tutti
