#include "models/vote.h"

#include <algorithm>
#include <cmath>
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

namespace {

std::vector<float> geometric_means(const Tensor& scores) {
  constexpr double least = 1e-30;  // in place of a probability of 0
  const auto all = scores.to_vector<float>();
  const auto members = static_cast<std::size_t>(scores.dim(0)), each = all.size() / members,
             classes = static_cast<std::size_t>(scores.dim(2));
  std::vector<double> means(each);
  for (std::size_t i = 0; i < all.size(); ++i)
    means[i % each] += std::log(std::max<double>(all[i], least)) / static_cast<double>(members);
  std::vector<float> pooled(each);
  for (std::size_t row = 0; row < each; row += classes) {
    const double largest = *std::max_element(&means[row], &means[row] + classes);
    double sum = 0;
    for (std::size_t k = row; k < row + classes; ++k)
      sum += means[k] = std::exp(means[k] - largest);
    for (std::size_t k = row; k < row + classes; ++k)
      pooled[k] = static_cast<float>(means[k] / sum);
  }
  return pooled;
}

}  // namespace

std::vector<float> pooled_probabilities(const Tensor& scores, Vote rule) {
  return rule == Vote::geometric ? geometric_means(scores) : mean_probabilities(scores);
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
  const auto pooled = pooled_probabilities(scores, rule);
  std::vector<std::int32_t> winners;
  for (std::size_t i = 0; i < n; ++i) {
    const auto rank = [&](std::size_t k) {
      return std::pair(votes[i][k], pooled[i * classes + k]);
    };
    std::size_t best = 0;
    for (std::size_t k = 1; k < classes; ++k)
      if (rank(k) > rank(best)) best = k;
    winners.push_back(static_cast<std::int32_t>(best));
  }
  return winners;
}

}  // namespace tutti
