#include "models/vote.h"

#include <algorithm>
#include <utility>

namespace tutti {

std::vector<float> mean_probabilities(const Tensor& scores) {
  const auto all = scores.to_vector<float>();
  const auto members = static_cast<std::size_t>(scores.dim(0)), each = all.size() / members;
  std::vector<float> mean(each);
  for (std::size_t i = 0; i < each; ++i) {
    double sum = 0;
    for (std::size_t m = 0; m < members; ++m) sum += all[m * each + i];
    mean[i] = static_cast<float>(sum / static_cast<double>(members));
  }
  return mean;
}

Tensor joined_examples(const std::vector<Tensor>& parts) {
  const std::int64_t members = parts.at(0).dim(0), classes = parts[0].dim(2);
  std::vector<float> all;
  for (std::int64_t m = 0; m < members; ++m)
    for (const auto& part : parts) {
      const auto some = part.slice(m, 1).to_vector<float>();
      all.insert(all.end(), some.begin(), some.end());
    }
  return Tensor::from({members, std::ssize(all) / (members * classes), classes}, all);
}

std::vector<std::vector<std::int32_t>> member_labels(const Tensor& scores) {
  const auto all = scores.to_vector<float>();
  const std::int64_t classes = scores.dim(2);
  std::vector<std::vector<std::int32_t>> labels;
  auto row = all.begin();
  for (std::int64_t m = 0; m < scores.dim(0); ++m) {
    auto& of_member = labels.emplace_back();
    for (std::int64_t i = 0; i < scores.dim(1); ++i, row += classes)
      of_member.push_back(static_cast<std::int32_t>(std::max_element(row, row + classes) - row));
  }
  return labels;
}

std::vector<std::int32_t> vote(const Tensor& scores, Vote rule) {
  const auto n = static_cast<std::size_t>(scores.dim(1)),
             classes = static_cast<std::size_t>(scores.dim(2));
  std::vector<std::vector<int>> votes(n, std::vector<int>(classes));
  if (rule == Vote::majority)
    for (const auto& labels : member_labels(scores))
      for (std::size_t i = 0; i < n; ++i) ++votes[i][static_cast<std::size_t>(labels[i])];
  const auto mean = mean_probabilities(scores);
  std::vector<std::int32_t> winners;
  for (std::size_t i = 0; i < n; ++i) {
    const auto rank = [&](std::size_t k) { return std::pair(votes[i][k], mean[i * classes + k]); };
    std::size_t best = 0;
    for (std::size_t k = 1; k < classes; ++k)
      if (rank(k) > rank(best)) best = k;
    winners.push_back(static_cast<std::int32_t>(best));
  }
  return winners;
}

}  // namespace tutti
