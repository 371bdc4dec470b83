// Times training steps of GenreCnn (dropout and Adam included) and of the LSTM classifier on random
// data: examples a second, those of all members together. With --device=cuda, the original's whole
// job too.
//   benchmark_training --benchmark_filter=train_step/members:1/batch:32/ --threads=2
//                      [--device=cpu|cuda|simt] [--precision=fp32|tf32|bf16]
#include "benchmarks/run.h"
#include "benchmarks/training_steps.h"
#include "engine/training/train.h"

namespace {

using namespace tutti;

Device device = Device::cpu;

/// An iteration is a step; a GPU takes as many as in training before the host waits. The first
/// ones, which take memory and are recorded, are not timed, and neither are the peers'.
void run(benchmark::State& state, const std::unique_ptr<TrainingSteps>& steps) {
  const std::int64_t at_once = kernels::records(device) ? 64 : 1;
  for (int i = 0; i < 3; ++i) steps->take(1);
  while (state.KeepRunningBatch(at_once)) steps->take(at_once);
  state.SetItemsProcessed(state.iterations() * state.range(0) * state.range(1));
}

void train_step(benchmark::State& state) {
  run(state, genre_cnn_steps(state.range(0), state.range(1), device));
}

void train_step_lstm(benchmark::State& state) {
  run(state, lstm_steps({.members = state.range(0), .batch = state.range(1)}, device));
}

/// The published training of 800 clips, 10 members and 15 epochs, each member on 90 % of the clips;
/// validated on 200 clips after every epoch. From pictures in memory to trained weights.
void whole_job(benchmark::State& state) {
  const std::int64_t training = 800, validation = 200, members = 10;
  const Examples pictures = random_pictures(training + validation);
  const auto streams = member_streams(1, members);
  const auto first_held_out = pictures.rows.begin() + training;
  const std::vector<std::int32_t> held_out(first_held_out, pictures.rows.end());
  const MemberRows samples =
      bootstrap_samples({pictures.rows.begin(), first_held_out}, 0.9, streams);
  for (auto _ : state) {
    state.PauseTiming();
    Model model = built_genre_cnn(streams, device);
    state.ResumeTiming();
    train(model,
          {streams,
           {pictures.x, pictures.labels, samples},
           {pictures.x, pictures.labels, MemberRows(samples.size(), held_out)}},
          {.epochs = 15, .batch_size = 32, .learning_rate = 1e-4});
  }
}

}  // namespace

BENCHMARK(train_step_lstm)
    ->ArgNames({"members", "batch"})
    ->ArgsProduct({{1, 20, 64, 128}, {32}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

BENCHMARK(train_step)
    ->ArgNames({"members", "batch"})
    ->ArgsProduct({{1, 5}, {32, 128}})
    ->Args({10, 32})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

int main(int argc, char** argv) {
  device = take_device(argc, argv);
  take_precision(argc, argv);
  benchmark::AddCustomContext("device", name(device));
  benchmark::AddCustomContext("precision", device == Device::cpu ? "fp32" : name(precision()));
  if (device == Device::cuda)
    benchmark::RegisterBenchmark("whole_job", whole_job)
        ->Iterations(3)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  return run_benchmarks(argc, argv);
}
