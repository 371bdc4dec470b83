#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "kernels/device.h"
#include "kernels/memory_pool.h"

namespace tutti::kernels {

/// What the operations of one device share: memory beside that of tensors.
class DeviceContext {
 public:
  explicit DeviceContext(Device device) : pool_(std::make_shared<MemoryPool>(device)) {}
  DeviceContext(const DeviceContext&) = delete;
  DeviceContext& operator=(const DeviceContext&) = delete;

  /// Of all tensors that are not made with a pool of their own.
  const std::shared_ptr<MemoryPool>& pool() const { return pool_; }

  /// Memory for what one operation computes between its kernels, [count] floats; good until the
  /// next call. It grows to the largest wanted; recordings keep what they were given.
  float* scratch(std::int64_t count);

  using Scratch = std::vector<std::shared_ptr<void>>;

  /// While one lives, what the device is given is recorded: it may not give memory back, for that
  /// waits until it is done. What is released meanwhile is given back at the end.
  class Recording {
   public:
    explicit Recording(DeviceContext& context);
    ~Recording();
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;

    /// What has been used since, to be kept as long as the recording may be replayed.
    Scratch scratch() const { return context_.recorded_; }

   private:
    DeviceContext& context_;
  };
  bool recording() const { return recording_; }

  /// Gives memory of the device back, as soon as that is allowed.
  void release(void* address, std::size_t bytes);

 private:
  std::shared_ptr<MemoryPool> pool_;
  std::shared_ptr<void> scratch_;
  std::size_t scratch_bytes_ = 0;
  bool recording_ = false;
  Scratch recorded_;                                     // used since it is
  std::vector<std::pair<void*, std::size_t>> released_;  // since it is
};

/// The device's, as long as the process lives; also where the device itself is missing.
DeviceContext& context(Device device);

}  // namespace tutti::kernels
