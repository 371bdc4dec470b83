#include "engine/training/prediction.h"

#include <algorithm>
#include <numeric>

#include "engine/training/data_loader.h"

namespace tutti {
namespace {

constexpr std::int64_t examples_at_once = 32;

}  // namespace

Tensor predict_probabilities(const Model& model, const Tensor& x, const MemberRows& rows) {
  return predict_streamed(model, x.to(model.device()), rows);
}

Tensor predict_streamed(const Model& model, const Tensor& x, const MemberRows& rows) {
  const std::int64_t members = model.members(), classes = model.classes();
  const auto n = static_cast<std::int64_t>(rows.at(0).size());
  std::vector<float> all(static_cast<std::size_t>(members * n * classes));
  for (std::int64_t begin = 0; begin < n; begin += examples_at_once) {
    const std::int64_t count = std::min(examples_at_once, n - begin);
    std::vector<std::int32_t> gathered;
    for (const auto& of_member : rows)
      gathered.insert(gathered.end(), of_member.begin() + begin, of_member.begin() + begin + count);
    const Batch batch = x.device() == model.device()
                            ? Batch{x, Tensor::from({members, count}, gathered, model.device())}
                            : as_batch(gather_rows(x, gathered, members), model.device());
    const auto p = softmax(model.logits(batch, Context{}).value()).to_vector<float>();
    for (std::int64_t m = 0; m < members; ++m)
      std::copy_n(p.begin() + m * count * classes, count * classes,
                  all.begin() + (m * n + begin) * classes);
  }
  return Tensor::from({members, n, classes}, all);
}

Tensor predict_probabilities(const Model& model, const Tensor& x,
                             const std::vector<std::int32_t>& rows) {
  return predict_probabilities(model, x,
                               MemberRows(static_cast<std::size_t>(model.members()), rows));
}

Tensor predict_outputs(const Model& model, const Tensor& x, std::int64_t batch,
                       const std::function<void(std::int64_t done)>& progress) {
  Shape wanted = model.input_shape(), shape = model.output_shape();
  const std::int64_t n = x.shape().empty() ? 0 : x.dim(0), members = model.members();
  wanted.insert(wanted.begin(), n);
  if (x.shape() != wanted)
    throw Error("is ", x.shape(), "; the model takes ", model.input_shape(),
                " an example, examples first");
  const std::int64_t each = shape.elements();
  shape.insert(shape.begin(), {members, n});
  const Tensor data = x.to(model.device());
  std::vector<float> all(static_cast<std::size_t>(shape.elements()));
  for (std::int64_t begin = 0; begin < n; begin += batch) {
    const std::int64_t count = std::min(batch, n - begin);
    std::vector<std::int32_t> rows(static_cast<std::size_t>(members * count));
    for (std::int64_t m = 0; m < members; ++m)
      std::iota(rows.begin() + m * count, rows.begin() + (m + 1) * count,
                static_cast<std::int32_t>(begin));
    const Batch some{data, Tensor::from({members, count}, rows, model.device())};
    const auto values = model.outputs(some, Context{}).value().to_vector<float>();
    for (std::int64_t m = 0; m < members; ++m)
      std::copy_n(values.begin() + m * count * each, count * each,
                  all.begin() + (m * n + begin) * each);
    if (progress) progress(begin + count);
  }
  return Tensor::from(shape, all);
}

}  // namespace tutti
