#include "benchmarks/training_steps.h"

#include <numeric>

namespace tutti {
namespace {

/// Labels 0, 1, … classes - 1, 0, 1, … for all rows of x.
Examples labeled(const Tensor& x, std::int64_t classes) {
  std::vector<std::int32_t> rows(static_cast<std::size_t>(x.dim(0)));
  std::iota(rows.begin(), rows.end(), 0);
  auto labels = rows;
  for (auto& label : labels) label %= static_cast<std::int32_t>(classes);
  return Examples(x, labels, rows);
}

}  // namespace

Examples random_pictures(std::int64_t n) {
  Tensor x = Tensor::empty({n, 2900, 127, 1}, DType::uint8, Device::cpu);
  RandomStream random(1);
  for (std::int64_t i = 0; i < x.size(); ++i)
    x.data<std::uint8_t>()[i] = static_cast<std::uint8_t>(random.word());
  return labeled(x, 10);
}

Examples random_songs(std::int64_t n, std::int64_t features) {
  RandomStream random(3);
  std::vector<float> values(static_cast<std::size_t>(n * features));
  for (auto& value : values) value = static_cast<float>(random.uniform());
  return labeled(Tensor::from({n, features, 1}, values, Device::cpu), 2);
}

Model built_genre_cnn(const std::vector<RandomStream>& members, Device device) {
  Model model = genre_cnn({2900, 127, 1}, 10, {1.0 / 255, 0});
  model.build(streams_for(Purpose::initialization, members), device);
  return model;
}

TrainingSteps::TrainingSteps(Model model, const std::vector<RandomStream>& members,
                             double learning_rate, const Examples& examples, std::int64_t batch)
    : model_(std::move(model)),
      trainer_(model_, members, examples.x.to(model_.device()), examples.labels),
      learning_rate_(learning_rate),
      labels_(examples.labels),
      examples_(examples.x.dim(0)),
      rows_(members.size() * static_cast<std::size_t>(batch)) {}

void TrainingSteps::take(std::int64_t steps) {
  std::vector<MemberBatch> batches(static_cast<std::size_t>(steps));
  for (auto& batch : batches) {
    for (std::size_t i = 0; i < rows_; ++i)
      batch.rows.push_back(static_cast<std::int32_t>(random_.below(examples_)));
    batch.labels = labels_of(labels_, batch.rows);
  }
  trainer_.lay_out(std::move(batches),
                   std::vector<Rates>(static_cast<std::size_t>(steps), learning_rate_));
  while (trainer_.laid_out() > 0) trainer_.take_step();
  trainer_.results();
}

std::unique_ptr<TrainingSteps> genre_cnn_steps(std::int64_t members, std::int64_t batch,
                                               Device device) {
  static const Examples pictures = random_pictures(256);
  const auto streams = member_streams(1, members);
  return std::make_unique<TrainingSteps>(built_genre_cnn(streams, device), streams, 1e-4, pictures,
                                         batch);
}

std::unique_ptr<TrainingSteps> lstm_steps(const LstmSteps& sizes, Device device) {
  const auto streams = member_streams(1, sizes.members);
  Model model = lstm_classifier(sizes.features, 2, {.units = sizes.units});
  model.build(streams_for(Purpose::initialization, streams), device);
  return std::make_unique<TrainingSteps>(std::move(model), streams, 0.0024,
                                         random_songs(144, sizes.features), sizes.batch);
}

}  // namespace tutti
