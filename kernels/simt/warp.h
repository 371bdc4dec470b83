#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/simt/machine.h"

namespace tutti::simt {

/// A meeting of some lanes of a warp.
struct Rendezvous {
  unsigned mask = 0, arrived = 0, to_leave = 0;  // lanes; free when nobody is to leave
  const char* what = "";
  Place place;
  std::array<std::uint64_t, warp_size> words{};

  bool open() const { return to_leave != 0 && arrived != mask; }
  bool complete() const { return arrived == mask; }
};

/// The meetings under way in one warp. Several may be, of different lanes.
class Warp {
 public:
  /// The open meeting of these lanes, or a new one.
  Rendezvous& meeting(unsigned mask);

  /// A meeting that waits for this lane; null if none does.
  const Rendezvous* waiting_for(unsigned lane) const;

  std::uint32_t time = 0;  // barriers that all its lanes have passed

 private:
  std::vector<std::unique_ptr<Rendezvous>> meetings_;
};

}  // namespace tutti::simt
