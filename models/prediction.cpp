#include "models/prediction.h"

#include <algorithm>
#include <numeric>

#include "datasets/audio/audio.h"
#include "models/calibration.h"

namespace tutti {
namespace {

struct Range {
  std::int64_t first, count;
};

/// Some rows of some members as voters: of probabilities [M, n, K] those at [members x rows, 1, K].
Tensor voters(const Tensor& scores, Range members, Range rows) {
  const auto classes = scores.dim(2);
  std::vector<float> chosen;
  for (auto m = members.first; m < members.first + members.count; ++m) {
    const float* const first = scores.data<float>() + (m * scores.dim(1) + rows.first) * classes;
    chosen.insert(chosen.end(), first, first + rows.count * classes);
  }
  return Tensor::from({members.count * rows.count, 1, classes}, chosen);
}

Prediction decide_on(const std::string& path, const Tensor& scores, Range rows,
                     const std::vector<std::string>& classes, Vote rule, double temperature) {
  const auto winner = [&](const Tensor& all) {
    return static_cast<std::size_t>(vote(all, rule)[0]);
  };
  const Tensor everyone = voters(scores, {0, scores.dim(0)}, rows);
  const auto mean = tempered_mean(everyone, temperature);
  const std::size_t genre = winner(everyone);
  Prediction prediction{path, classes[genre], mean[genre], mean, {}, 0, {}};
  for (std::int64_t m = 0; m < scores.dim(0); ++m)
    prediction.votes.push_back(classes[winner(voters(scores, {m, 1}, rows))]);
  return prediction;
}

}  // namespace

Prediction decide(const std::string& path, const Tensor& scores, std::int64_t first,
                  std::int64_t count, const std::vector<std::string>& classes, Vote rule,
                  double temperature) {
  Prediction prediction = decide_on(path, scores, {first, count}, classes, rule, temperature);
  for (std::int64_t window = 0; window < count; ++window) {
    prediction.windows.push_back(
        decide_on("", scores, {first + window, 1}, classes, rule, temperature));
    prediction.windows.back().start = window_seconds * static_cast<double>(window);
  }
  return prediction;
}

std::vector<std::size_t> likeliest(const std::vector<float>& probabilities, std::size_t count) {
  std::vector<std::size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(
      order, [&](std::size_t a, std::size_t b) { return probabilities[a] > probabilities[b]; });
  order.resize(std::min(count, order.size()));
  return order;
}

}  // namespace tutti
