#pragma once
#include <cstdint>
#include <vector>

namespace tutti {

/// How good probabilities are for some examples.
struct Score {
  double loss = 0;  // mean of -log(max(p[label], 1e-7)), clipped from below as Keras does
  std::int64_t correct =
      0;  // examples whose largest probability, the first of equal ones, is right
};

/// Of probabilities [n, classes] against labels [n], each at least 0 and below `classes`.
Score score(const std::vector<float>& probabilities, const std::vector<std::int32_t>& labels);

}  // namespace tutti
