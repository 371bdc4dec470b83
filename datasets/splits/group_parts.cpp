#include "datasets/splits/group_parts.h"

#include <algorithm>
#include <map>

#include "kernels/support/random.h"

namespace tutti {
namespace {

/// Rows of one group, and how many of each class.
struct Group {
  std::vector<std::int32_t> rows;
  std::vector<double> counts;
};

/// In an order of the seed's, the largest first.
std::vector<Group> collect(const std::vector<std::int32_t>& group,
                           const std::vector<std::int32_t>& labels, std::size_t classes,
                           std::uint64_t seed) {
  std::map<std::int32_t, Group> by_number;
  for (std::size_t row = 0; row < group.size(); ++row) {
    if (group[row] < 0) continue;
    auto& [rows, counts] = by_number[group[row]];
    counts.resize(classes);
    rows.push_back(static_cast<std::int32_t>(row));
    ++counts[static_cast<std::size_t>(labels[row])];
  }
  std::vector<Group> groups;
  for (auto& [number, one] : by_number) groups.push_back(std::move(one));
  RandomStream(seed).shuffle(groups);
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Group& a, const Group& b) { return a.rows.size() > b.rows.size(); });
  return groups;
}

class Dealer {
 public:
  Dealer(const std::vector<Group>& groups, std::size_t classes, const std::vector<double>& shares)
      : shares_(shares), left_(classes), missing_(shares.size()) {
    std::vector<double> totals(classes);
    for (const auto& group : groups)
      for (std::size_t c = 0; c < classes; ++c) {
        totals[c] += group.counts[c];
        left_[c] += group.counts[c] > 0;
      }
    for (std::size_t part = 0; part < shares.size(); ++part)
      for (const double total : totals) missing_[part].push_back(shares[part] * total);
    has_.assign(shares.size(), std::vector<bool>(classes));
  }

  /// The part that a group goes to.
  std::size_t deal(const Group& group) {
    std::size_t best = shares_.size();
    double most = 0;
    for (std::size_t part = 0; part < shares_.size(); ++part) {
      if (shares_[part] == 0) continue;
      double gain = urgent(group, part) ? 1e9 : 0;
      for (std::size_t c = 0; c < left_.size(); ++c) gain += group.counts[c] * missing_[part][c];
      if (best == shares_.size() || gain > most) best = part, most = gain;
    }
    for (std::size_t c = 0; c < left_.size(); ++c) {
      missing_[best][c] -= group.counts[c];
      if (group.counts[c] == 0) continue;
      has_[best][c] = true;
      --left_[c];
    }
    return best;
  }

 private:
  /// Whether a part lacks a class of which only as many groups are left as parts that lack it.
  bool urgent(const Group& group, std::size_t part) const {
    for (std::size_t c = 0; c < left_.size(); ++c) {
      if (group.counts[c] == 0 || has_[part][c]) continue;
      std::size_t without = 0;
      for (std::size_t other = 0; other < shares_.size(); ++other)
        without += shares_[other] > 0 && !has_[other][c];
      if (left_[c] <= without) return true;
    }
    return false;
  }

  const std::vector<double>& shares_;
  std::vector<std::size_t> left_;             // groups not yet dealt that hold a class
  std::vector<std::vector<double>> missing_;  // rows of a class that a part still lacks
  std::vector<std::vector<bool>> has_;
};

}  // namespace

std::vector<std::vector<std::int32_t>> group_parts(const std::vector<std::int32_t>& group,
                                                   const std::vector<std::int32_t>& labels,
                                                   std::size_t classes,
                                                   const std::vector<double>& shares,
                                                   std::uint64_t seed) {
  const auto groups = collect(group, labels, classes, seed);
  Dealer dealer(groups, classes, shares);
  std::vector<std::vector<std::int32_t>> parts(shares.size());
  for (const auto& one : groups) {
    auto& part = parts[dealer.deal(one)];
    part.insert(part.end(), one.rows.begin(), one.rows.end());
  }
  for (auto& part : parts) std::sort(part.begin(), part.end());
  return parts;
}

}  // namespace tutti
