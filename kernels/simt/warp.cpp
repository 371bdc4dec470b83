#include "kernels/simt/warp.h"

namespace tutti::simt {

Rendezvous& Warp::meeting(unsigned mask) {
  for (auto& meeting : meetings_)
    if (meeting->open() && meeting->mask == mask) return *meeting;
  for (auto& meeting : meetings_)
    if (meeting->to_leave == 0) {
      *meeting = {mask, 0, mask, "", {}, {}};
      return *meeting;
    }
  meetings_.push_back(std::make_unique<Rendezvous>());
  meetings_.back()->mask = meetings_.back()->to_leave = mask;
  return *meetings_.back();
}

const Rendezvous* Warp::waiting_for(unsigned lane) const {
  for (const auto& meeting : meetings_)
    if (meeting->open() && (meeting->mask >> lane & 1) && !(meeting->arrived >> lane & 1))
      return meeting.get();
  return nullptr;
}

}  // namespace tutti::simt
