#include "engine/training/examples.h"

#include <array>
#include <cmath>
#include <cstring>
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

MemberExamples shared_by(std::int64_t members, const Examples& examples) {
  return {examples.x, examples.labels,
          MemberRows(static_cast<std::size_t>(members), examples.rows)};
}

Tensor gather_rows(const Tensor& x, const std::vector<std::int32_t>& rows, std::int64_t members) {
  const auto count = static_cast<std::int64_t>(rows.size());
  Shape shape = x.shape();
  shape[0] = count / members;
  shape.insert(shape.begin(), members);
  Tensor gathered = Tensor::empty(shape, x.dtype(), Device::cpu);
  const auto bytes = static_cast<std::size_t>(x.slice(0, 1).size() * size_of(x.dtype()));
  const auto copy = [&]<class T>(const T* from, T* to) {
    parallel_for(count, [&](std::int64_t i) {
      const auto row = static_cast<std::size_t>(rows[static_cast<std::size_t>(i)]);
      std::memcpy(to + static_cast<std::size_t>(i) * bytes / sizeof(T),
                  from + row * bytes / sizeof(T), bytes);
    });
  };
  if (x.dtype() == DType::uint8)
    copy(x.data<std::uint8_t>(), gathered.data<std::uint8_t>());
  else
    copy(x.data<float>(), gathered.data<float>());
  return gathered;
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
