#pragma once
#include <cstdint>
#include <vector>

namespace tutti {

/// Deals groups of rows to parts so that each class comes near to its share of each part: the
/// largest groups first, each to the part that lacks most of its classes, and where a class has no
/// more groups than parts without it, to one of those. Rows of group -1 are in no part; a part of
/// share 0 stays empty, and one that no group is left for may lack classes. Each part is sorted.
std::vector<std::vector<std::int32_t>> group_parts(const std::vector<std::int32_t>& group,
                                                   const std::vector<std::int32_t>& labels,
                                                   std::size_t classes,
                                                   const std::vector<double>& shares,
                                                   std::uint64_t seed);

}  // namespace tutti
