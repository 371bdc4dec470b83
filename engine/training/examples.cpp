#include "engine/training/examples.h"

#include <array>
#include <cmath>
#include <numeric>

#include "kernels/support/threads.h"

namespace tutti {

Examples::Examples(const Tensor& data, const Tensor& y)
    : Examples(data, y.to_vector<std::int32_t>(), [&] {
        std::vector<std::int32_t> all(static_cast<std::size_t>(data.dim(0)));
        std::iota(all.begin(), all.end(), 0);
        return all;
      }()) {}

Examples::Examples(Tensor data, std::vector<std::int32_t> y, std::vector<std::int32_t> which)
    : x(std::move(data)), labels(std::move(y)), rows(std::move(which)) {
  if (static_cast<std::int64_t>(labels.size()) != x.dim(0))
    throw Error("examples: x is ", x.shape(), " but there are ", labels.size(), " labels");
}

std::vector<std::int32_t> labels_of(const std::vector<std::int32_t>& labels,
                                    const std::vector<std::int32_t>& rows) {
  std::vector<std::int32_t> result;
  for (const auto row : rows) result.push_back(labels.at(static_cast<std::size_t>(row)));
  return result;
}

MeanAndStandardDeviation mean_and_standard_deviation(const Examples& examples) {
  using Histogram = std::array<std::int64_t, 256>;
  const std::int64_t size = examples.x.size() / examples.x.dim(0);
  const std::uint8_t* pixels = examples.x.data<std::uint8_t>();
  std::vector<Histogram> counts(examples.rows.size());
  parallel_for(examples.size(), [&](std::int64_t i) {
    const auto at = static_cast<std::size_t>(i);
    counts[at].fill(0);
    const std::uint8_t* row = pixels + examples.rows[at] * size;
    for (std::int64_t p = 0; p < size; ++p) ++counts[at][row[p]];
  });
  double n = 0, sum = 0, squares = 0;
  for (const auto& histogram : counts)
    for (std::size_t value = 0; value < 256; ++value) {
      const auto count = static_cast<double>(histogram[value]), v = static_cast<double>(value);
      n += count;
      sum += count * v;
      squares += count * v * v;
    }
  const double mean = sum / n;
  return {mean, std::sqrt(std::max(0.0, squares / n - mean * mean))};
}

}  // namespace tutti
