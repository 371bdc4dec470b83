#include "models/prediction.h"

#include <algorithm>

namespace tutti {
namespace {

constexpr std::int64_t examples_at_once = 32;

}  // namespace

Tensor predict_probabilities(const Sequential& model, const Tensor& x,
                             const std::vector<std::int32_t>& rows) {
  const std::int64_t members = model.members(), classes = model.classes();
  const auto n = static_cast<std::int64_t>(rows.size());
  std::vector<float> all(static_cast<std::size_t>(members * n * classes));
  for (std::int64_t begin = 0; begin < n; begin += examples_at_once) {
    const std::int64_t count = std::min(examples_at_once, n - begin);
    std::vector<std::int32_t> picked;  // the same rows for every member
    for (std::int64_t m = 0; m < members; ++m)
      picked.insert(picked.end(), rows.begin() + begin, rows.begin() + begin + count);
    const Batch batch{x, Tensor::from({members, count}, picked, model.device())};
    const auto p = softmax(model.logits(batch, Pass{}).value()).to_vector<float>();
    for (std::int64_t m = 0; m < members; ++m)
      std::copy_n(p.begin() + m * count * classes, count * classes,
                  all.begin() + (m * n + begin) * classes);
  }
  return Tensor::from({members, n, classes}, all);
}

}  // namespace tutti
