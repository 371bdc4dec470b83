#pragma once
#include <cstring>
#include <string>
#include <string_view>

#include "datasets/pack/format.h"

namespace tutti::test {

/// The file with the checksum of its index made right, if it has one: so that what reads the index
/// gets to see changes to it.
inline std::string signed_pack(std::string file) {
  pack_format::Preamble p;
  if (file.size() < sizeof p) return file;
  std::memcpy(&p, file.data(), sizeof p);
  if (p.index_begin > file.size()) return file;
  p.index_checksum = fnv(std::string_view(file).substr(p.index_begin));
  std::memcpy(file.data(), &p, sizeof p);
  return file;
}

}  // namespace tutti::test
