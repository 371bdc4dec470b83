#include "engine/training/score.h"

#include <algorithm>
#include <cmath>

namespace tutti {
namespace {

constexpr double smallest_probability = 1e-7;

}  // namespace

Score score(const std::vector<float>& probabilities, const std::vector<std::int32_t>& labels) {
  Score result;
  if (labels.empty()) return result;
  const auto classes = static_cast<std::ptrdiff_t>(probabilities.size() / labels.size());
  auto row = probabilities.begin();
  for (const std::int32_t label : labels) {
    result.loss -= std::log(std::max<double>(row[label], smallest_probability));
    result.correct += std::max_element(row, row + classes) - row == label;
    row += classes;
  }
  result.loss /= static_cast<double>(labels.size());
  return result;
}

}  // namespace tutti
