#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "engine/storage.h"
#include "kernels/backend.h"

namespace tutti {

/// Work on the same tensors, done many times, in parts between which its owner may look at what
/// they made. Where a device launches kernels, the work is recorded when it is done for the second
/// time (the first allocates and loads all it needs) and only replayed from then on: what it
/// launches may depend on what tensors hold, but on nothing else that changes, and the parts may
/// not copy between host and device.
class CapturedGraph {
 public:
  CapturedGraph() = default;  // no work
  CapturedGraph(Device device, std::vector<std::function<void()>> parts)
      : device_(device), parts_(std::move(parts)) {}

  /// Parts in their order; the last may be left out.
  void run(std::size_t part);

 private:
  void record();

  Device device_ = Device::cpu;
  std::vector<std::function<void()>> parts_;
  int times_ = 0;
  std::shared_ptr<kernels::MemoryPool> memory_;  // of the tensors that the recorded parts make
  std::vector<std::unique_ptr<kernels::Graph>> recorded_;
};

}  // namespace tutti
