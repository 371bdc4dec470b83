#include "engine/training/members.h"

#include <cmath>

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

std::vector<std::vector<std::int32_t>> bootstrap_samples(const std::vector<std::int32_t>& rows,
                                                         float percent,
                                                         const std::vector<RandomStream>& members) {
  const auto n = static_cast<std::int64_t>(rows.size());
  const auto draws =
      static_cast<std::size_t>(std::floor(double{percent} * static_cast<double>(n) + 1e-6));
  std::vector<std::vector<std::int32_t>> samples;
  for (RandomStream stream : streams_for(Purpose::bootstrap, members)) {
    auto& sample = samples.emplace_back(draws);
    for (auto& row : sample) row = rows[static_cast<std::size_t>(stream.below(n))];
  }
  return samples;
}

}  // namespace tutti
