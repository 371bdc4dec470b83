#include "engine/members.h"

#include <cmath>

#include "kernels/support/error.h"

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

std::int64_t bootstrap_size(double fraction, std::int64_t n) {
  if (!(fraction > 0) || std::isinf(fraction))
    throw Error("bootstrap: ", fraction, " is not a fraction above 0");
  const auto size = static_cast<std::int64_t>(std::floor(fraction * static_cast<double>(n) + 1e-6));
  if (size < 1) throw Error("bootstrap: ", fraction, " of ", n, " examples is none");
  return size;
}

std::vector<std::vector<std::int32_t>> bootstrap_samples(const std::vector<std::int32_t>& rows,
                                                         double fraction,
                                                         const std::vector<RandomStream>& members) {
  const auto n = static_cast<std::int64_t>(rows.size());
  const auto draws = static_cast<std::size_t>(bootstrap_size(fraction, n));
  std::vector<std::vector<std::int32_t>> samples;
  for (RandomStream stream : streams_for(Purpose::bootstrap, members)) {
    auto& sample = samples.emplace_back(draws);
    for (auto& row : sample) row = rows[static_cast<std::size_t>(stream.below(n))];
  }
  return samples;
}

}  // namespace tutti
