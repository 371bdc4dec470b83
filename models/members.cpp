#include "models/members.h"

namespace tutti {

std::vector<RandomStream> member_streams(std::uint64_t seed, std::int64_t count,
                                         std::int64_t first) {
  std::vector<RandomStream> members;
  for (std::int64_t m = first; m < first + count; ++m)
    members.push_back(RandomStream(seed).derive(static_cast<std::uint64_t>(m)));
  return members;
}

std::vector<RandomStream> streams_for(Purpose purpose, const std::vector<RandomStream>& members) {
  std::vector<RandomStream> streams;
  for (const auto& member : members)
    streams.push_back(member.derive(static_cast<std::uint64_t>(purpose)));
  return streams;
}

}  // namespace tutti
