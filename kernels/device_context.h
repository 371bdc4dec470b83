#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/device.h"
#include "kernels/memory_pool.h"

namespace tutti::kernels {

/// What the operations of one device share: its settings, and memory beside that of tensors.
class DeviceContext {
 public:
  explicit DeviceContext(Device device) : pool_(std::make_shared<MemoryPool>(device)) {}
  DeviceContext(const DeviceContext&) = delete;
  DeviceContext& operator=(const DeviceContext&) = delete;

  Precision precision() const { return precision_; }  // fp32 at first
  void set_precision(Precision precision) { precision_ = precision; }

  /// Of all tensors that are not made with a pool of their own.
  const std::shared_ptr<MemoryPool>& pool() const { return pool_; }

  /// Memory for what one operation computes between its kernels, [count] floats; good until the
  /// next call. It grows to the largest wanted; recordings keep what they were given.
  float* scratch(std::int64_t count, bool recording);

 private:
  std::atomic<Precision> precision_{Precision::fp32};
  std::shared_ptr<MemoryPool> pool_;
  void* scratch_ = nullptr;
  std::size_t scratch_bytes_ = 0;
  bool scratch_recorded_ = false;
  std::vector<void*> recorded_;  // smaller ones, still in use by recordings
};

/// The device's, as long as the process lives; also where the device itself is missing.
DeviceContext& context(Device device);

}  // namespace tutti::kernels
