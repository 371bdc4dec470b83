// Times every operation of the contract at the models' shapes: forward and backward, with GFLOP/s
// where the case counts them.   benchmark_kernels --benchmark_filter=conv2d --threads=1
#include "benchmarks/run.h"
#include "tests/support/operation_cases.h"

using namespace tutti;
using namespace tutti::test;

namespace {

void measure(benchmark::State& state, const OperationCase& c, bool backward) {
  auto arrays = arrays_of<float>(c, Device::cpu);
  auto& device = kernels::backend<float>(Device::cpu);
  c.in_float.forward(device, arrays);  // backward reads its results
  const auto& run = backward ? c.in_float.backward : c.in_float.forward;
  for (auto _ : state) run(device, arrays);
  if (c.flops > 0) {
    // Each of the gradients of x and w costs what forward costs; a bias next to nothing.
    const double passes = backward ? static_cast<double>(c.gradients.size()) - 1 : 1;
    state.counters["GFLOP/s"] =
        benchmark::Counter(passes * c.flops / 1e9, benchmark::Counter::kIsIterationInvariantRate);
  }
}

}  // namespace

int main(int argc, char** argv) {
  for (const auto& c : operation_cases()) {
    if (!c.large) continue;
    const std::string name = c.operation + "/" + c.name;
    for (const bool backward : {false, true}) {
      if (backward && c.gradients.empty()) continue;
      benchmark::RegisterBenchmark(
          (name + (backward ? "/backward" : "/forward")).c_str(),
          [&c, backward](benchmark::State& state) { measure(state, c, backward); })
          ->UseRealTime()
          ->Unit(benchmark::kMillisecond);
    }
  }
  return tutti::run_benchmarks(argc, argv);
}
