// Times training steps of GenreCnn (dropout and Adam included) and of the LSTM classifier on random
// data: examples a second, those of all members together.
//   benchmark_training --benchmark_filter=train_step/members:1/batch:32/ --threads=2
//                      [--device=cpu|cuda|simt] [--precision=fp32|tf32|bf16]

#include "benchmarks/run.h"
#include "benchmarks/training_steps.h"

namespace {

using namespace tutti;

Device device = Device::cpu;

/// An iteration is a step.
void run(benchmark::State& state, const std::unique_ptr<TrainingSteps>& steps) {
  for (auto _ : state) steps->step();
  state.SetItemsProcessed(state.iterations() * state.range(0) * state.range(1));
}

void train_step(benchmark::State& state) {
  run(state, genre_cnn_steps(state.range(0), state.range(1), device));
}

void train_step_lstm(benchmark::State& state) {
  run(state, lstm_steps({.members = state.range(0), .batch = state.range(1)}, device));
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
  device = take_device(argc, argv);
  take_precision(argc, argv);
  return run_benchmarks(argc, argv);
}
