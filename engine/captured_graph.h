#pragma once
#include <functional>
#include <memory>

#include "engine/storage.h"
#include "kernels/backend.h"

namespace tutti {

/// Work on the same tensors, done many times. Where a device launches kernels, the work is recorded
/// and only replayed from then on: what it launches may depend on what tensors hold, but on nothing
/// else that changes, and it may not copy between host and device.
class CapturedGraph {
 public:
  CapturedGraph() = default;  // no work
  CapturedGraph(Device device, std::function<void()> work)
      : device_(device), work_(std::move(work)) {}

  /// Does it; with `may_record`, as a recording. Work of a kind that was never done directly may
  /// not be recorded: the first time loads what it needs.
  void run(bool may_record);

  /// Its tensors are no longer the same: it will be recorded anew, into the graph that it has.
  void renew();

 private:
  void record();

  Device device_ = Device::cpu;
  std::function<void()> work_;
  bool recorded_ = false;
  std::shared_ptr<kernels::MemoryPool> memory_;  // of the tensors that the recorded work makes
  std::unique_ptr<kernels::Graph> graph_;
};

}  // namespace tutti
