// Times every operation of the contract at the models' shapes and at odd ones: forward and
// backward.
//   benchmark_kernels --device=cpu|cuda|simt [--threads=1] [--all=1] [--table=FILE.md]
//                     [--benchmark_filter=conv2d]
// On a GPU in every precision, beside the vendor's libraries where they are built in. --all=1 adds
// the small odd shapes; --table writes a table in Markdown.
#include <fstream>
#include <numeric>

#include "benchmarks/run.h"
#include "benchmarks/table.h"
#include "kernels/device_context.h"
#include "tests/support/operation_cases.h"
#ifdef TUTTI_VENDOR
#include "kernels/vendor/vendor_backend.h"
#endif

using namespace tutti;
using namespace tutti::test;

namespace {

/// Bytes that a pass must move at least.
double bytes_of(const OperationCase& c, bool backward) {
  if (c.traffic > 0) return 4 * c.traffic;
  double elements = 0;
  for (const auto& [name, length] : c.inputs) elements += static_cast<double>(length);
  for (const auto& [name, length] : c.outputs) elements += static_cast<double>(length);
  if (backward)
    for (const auto& name : c.gradients) elements += static_cast<double>(c.inputs.at(name));
  return 4 * elements + static_cast<double>(c.bytes.size());
}

Measurement measurement_of(const OperationCase& c, bool backward, Precision precision) {
  // Each of the gradients of x and w costs what forward costs; a bias next to nothing.
  const double passes = backward ? static_cast<double>(c.gradients.size()) - 1 : 1;
  return {c.operation,     c.name,           backward ? "backward" : "forward",
          name(precision), passes * c.flops, bytes_of(c, backward)};
}

void measure(benchmark::State& state, const OperationCase& c, bool backward, Precision precision,
             Device device, kernels::Backend<float>& backend) {
  set_precision(precision);
  auto arrays = arrays_of<float>(c, device);
  c.in_float.forward(backend, arrays);  // backward reads its results
  const auto& run = backward ? c.in_float.backward : c.in_float.forward;
  run(backend, arrays);
  auto& memory = kernels::memory(device);
  memory.wait();
  // A device that runs behind is waited for once in a while.
  const int together = device == Device::cuda ? 10 : 1;
  while (state.KeepRunningBatch(together)) {
    for (int i = 0; i < together; ++i) run(backend, arrays);
    memory.wait();
  }
  const Measurement cost = measurement_of(c, backward, precision);
  if (cost.flops > 0)
    state.counters["GFLOP/s"] =
        benchmark::Counter(cost.flops / 1e9, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["GB/s"] =
      benchmark::Counter(cost.bytes / 1e9, benchmark::Counter::kIsIterationInvariantRate);
}

void add(TableReporter& table, const OperationCase& c, bool backward, Precision precision,
         Device device) {
  const Measurement row = measurement_of(c, backward, precision);
  table.expect(row);
  const auto add_for = [&](kernels::Backend<float>& backend, bool vendor) {
    benchmark::RegisterBenchmark(
        TableReporter::name_of(row, vendor).c_str(),
        [&c, &backend, backward, precision, device](benchmark::State& state) {
          measure(state, c, backward, precision, device, backend);
        })
        ->UseRealTime()
        ->Unit(benchmark::kMicrosecond);
  };
  add_for(kernels::backend<float>(device), false);
#ifdef TUTTI_VENDOR
  if (device == Device::cuda && kernels::vendor::computes(c.operation))
    add_for(kernels::vendor::backend(), true);
#endif
}

}  // namespace

int main(int argc, char** argv) {
  const Device device = take_device(argc, argv);
  const bool all = take_option(argc, argv, "all") == "1";
  const std::string file = take_option(argc, argv, "table");
  std::vector<Precision> precisions{Precision::fp32};
  if (device != Device::cpu)
    precisions.insert(precisions.end(), {Precision::tf32, Precision::bf16});

  TableReporter table;
  for (const auto& c : operation_cases()) {
    if (!c.large && !all) continue;
    for (const bool backward : {false, true}) {
      if (backward && c.gradients.empty()) continue;
      for (const Precision precision : precisions)
        if (precision == Precision::fp32 || c.flops > 0) add(table, c, backward, precision, device);
    }
  }
  const int status = run_benchmarks(argc, argv, &table);
  if (!file.empty()) {
    std::ofstream out(file);
    table.write(out, device == Device::cuda ? describe_gpu().peaks : GpuDescription::Peaks{});
  }
  return status;
}
