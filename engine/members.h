#pragma once
#include <cstdint>
#include <vector>

#include "kernels/support/random.h"

namespace tutti {

/// A member's random streams, one a purpose.
enum class Purpose : std::uint64_t { initialization, dropout, bootstrap, order, augmentation };

/// The streams of `count` members from number `first` on: a member's stream depends on the seed and
/// its number alone.
std::vector<RandomStream> member_streams(std::uint64_t seed, std::int64_t count,
                                         std::int64_t first = 0);

/// The same members' streams for one purpose.
std::vector<RandomStream> streams_for(Purpose purpose, const std::vector<RandomStream>& members);

/// How many of n rows a bootstrap sample draws: floor(fraction * n), to rounding. An Error if the
/// fraction is not above 0.
std::int64_t bootstrap_size(double fraction, std::int64_t n);

/// For each member, bootstrap_size(fraction, n) draws with replacement from n rows.
std::vector<std::vector<std::int32_t>> bootstrap_samples(const std::vector<std::int32_t>& rows,
                                                         double fraction,
                                                         const std::vector<RandomStream>& members);

}  // namespace tutti
