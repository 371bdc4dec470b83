// Times training steps of GenreCnn (dropout and Adam included) and of the LSTM classifier on random
// data: examples a second, those of all members together.
//   benchmark_training --benchmark_filter=train_step/members:1/batch:32/ --threads=2
//                      [--device=cpu|cuda|simt] [--precision=fp32|tf32|bf16]
#include "benchmarks/run.h"
#include "models/genre_cnn.h"
#include "models/members.h"
#include "models/recurrent_classifiers.h"
#include "models/trainer.h"

namespace {

using namespace tutti;

Device device = Device::cpu;

Examples random_pictures(std::int64_t n) {
  Tensor x = Tensor::empty({n, 2900, 127, 1}, DType::uint8, Device::cpu);
  RandomStream random(1);
  for (std::int64_t i = 0; i < x.size(); ++i)
    x.data<std::uint8_t>()[i] = static_cast<std::uint8_t>(random.word());
  std::vector<std::int32_t> labels, rows;
  for (std::int64_t i = 0; i < n; ++i) {
    labels.push_back(static_cast<std::int32_t>(i % 10));
    rows.push_back(static_cast<std::int32_t>(i));
  }
  return Examples(x, labels, rows);
}

/// An iteration is a step.
void train_step(benchmark::State& state) {
  static const Examples pictures = random_pictures(256);
  const std::int64_t members = state.range(0), batch = state.range(1);
  const auto streams = member_streams(1, members);
  Sequential model = genre_cnn(Input{{2900, 127, 1}, 1.0 / 255, 0}, 10);
  model.build(streams_for(Purpose::initialization, streams), device);
  Trainer trainer(model, streams, 1e-4);
  const Tensor x = pictures.x.to(device);
  RandomStream random(2);
  std::vector<std::int32_t> rows(static_cast<std::size_t>(members * batch));
  for (auto _ : state) {
    for (auto& row : rows) row = static_cast<std::int32_t>(random.below(pictures.size()));
    trainer.step(x, pictures.labels, rows);
  }
  state.SetItemsProcessed(state.iterations() * members * batch);
}

/// A step of the LSTM classifier on random features.
void train_step_lstm(benchmark::State& state) {
  const std::int64_t members = state.range(0), batch = state.range(1), songs = 144, features = 28;
  RandomStream random(3);
  std::vector<float> values(static_cast<std::size_t>(songs * features));
  for (auto& value : values) value = static_cast<float>(random.uniform());
  std::vector<std::int32_t> labels, rows(static_cast<std::size_t>(members * batch));
  for (std::int64_t i = 0; i < songs; ++i) labels.push_back(static_cast<std::int32_t>(i % 2));
  const Tensor x = Tensor::from({songs, features, 1}, values, device);
  const auto streams = member_streams(1, members);
  Sequential model = lstm_classifier(features, 2);
  model.build(streams_for(Purpose::initialization, streams), device);
  Trainer trainer(model, streams, 0.0024);
  for (auto _ : state) {
    for (auto& row : rows) row = static_cast<std::int32_t>(random.below(songs));
    trainer.step(x, labels, rows);
  }
  state.SetItemsProcessed(state.iterations() * members * batch);
}

}  // namespace

BENCHMARK(train_step_lstm)
    ->ArgNames({"members", "batch"})
    ->ArgsProduct({{1, 20}, {32}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

BENCHMARK(train_step)
    ->ArgNames({"members", "batch"})
    ->ArgsProduct({{1, 5}, {32, 128}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

int main(int argc, char** argv) {
  device = tutti::take_device(argc, argv);
  const std::string wanted = tutti::take_option(argc, argv, "precision");
  for (const auto precision :
       {tutti::Precision::fp32, tutti::Precision::tf32, tutti::Precision::bf16})
    if (wanted == tutti::name(precision)) tutti::set_precision(precision);
  return tutti::run_benchmarks(argc, argv);
}
