#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "kernels/device.h"
#include "kernels/shapes.h"

namespace tutti::kernels {

/// What computes the operations of the contract, kernels/operations.h.
template <class Real>
class Backend {
 public:
  virtual ~Backend() = default;
#define TUTTI_OPERATION = 0
#include "kernels/operations.h"
};

/// Launches kept to be done again, in their order and with their arguments. On a GPU, a CUDA graph.
class Graph {
 public:
  virtual ~Graph() = default;
  virtual void replay() = 0;
};

/// Records what `work` launches, instead of launching it. Everything else that it does happens now
/// and only once: it may not copy between host and device. `before`, a recording that nobody wants
/// any more, becomes the new one where it can. Null where the device launches nothing.
std::unique_ptr<Graph> record(Device device, const std::function<void()>& work,
                              std::unique_ptr<Graph> before = nullptr);
bool records(Device device);

/// The device's implementation; an Error if it has none for this type.
template <class Real>
Backend<Real>& backend(Device device);

/// Memory of a device. Sizes in bytes; addresses are aligned to 64 bytes.
class Memory {
 public:
  virtual ~Memory() = default;
  virtual void* allocate(
      std::size_t bytes) = 0;  // an Error that says how much, if there is no more
  virtual void release(void* address, std::size_t bytes) = 0;
  virtual void zero(void* address, std::size_t bytes) = 0;
  virtual void copy_in(void* to, const void* host, std::size_t bytes) = 0;
  virtual void copy_out(void* host, const void* from, std::size_t bytes) = 0;
  virtual void wait() {}  // until everything asked of the device is done
};
Memory& memory(Device device);

}  // namespace tutti::kernels
