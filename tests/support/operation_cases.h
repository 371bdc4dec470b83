#pragma once
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "kernels/backend.h"

/// The one table of operation cases: each operation of the contract at named shapes, odd ones and
/// those of the models. It drives the agreement of every device with the reference, the gradient
/// checks and the benchmarks. To add an operation, say how it runs in operations.h and
/// add its cases here.
namespace tutti::test {

/// Elements in the memory of a device.
template <class T>
class Buffer {
 public:
  Buffer() = default;
  Buffer(Device device, const std::vector<T>& values) : device_(device), size_(values.size()) {
    address_ = static_cast<T*>(kernels::memory(device).allocate(size_ * sizeof(T)));
    kernels::memory(device).copy_in(address_, values.data(), size_ * sizeof(T));
  }
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Buffer() {
    if (address_) kernels::memory(device_).release(address_, size_ * sizeof(T));
  }

  T* data() const { return address_; }
  std::vector<T> values() const {
    std::vector<T> values(size_);
    if (address_) kernels::memory(device_).copy_out(values.data(), address_, size_ * sizeof(T));
    return values;
  }

 private:
  void swap(Buffer& other) {
    std::swap(device_, other.device_);
    std::swap(address_, other.address_);
    std::swap(size_, other.size_);
  }

  Device device_ = Device::cpu;
  T* address_ = nullptr;
  std::size_t size_ = 0;
};

struct OperationCase;

/// Arrays of a case by name, on a device. Gradients are called after their array: dx, dw, dy.
template <class Real>
class Arrays {
 public:
  Arrays(Device device, const OperationCase& c);

  Real* operator[](const std::string& name) { return reals_.at(name).data(); }
  /// The array of this name and length, full of NaN when it is new.
  Real* room(const std::string& name, std::size_t length);
  std::vector<Real> values(const std::string& name) const { return reals_.at(name).values(); }
  void set(const std::string& name, const std::vector<Real>& values) {
    reals_[name] = Buffer<Real>(device_, values);
  }
  std::vector<std::string> names() const;

  // What is the same for every type of number.
  Buffer<std::int32_t> integers;  // labels, row numbers or keys
  Buffer<std::uint8_t> bytes;     // a data set

 private:
  Device device_;
  std::map<std::string, Buffer<Real>> reals_;
};

struct OperationCase {
  std::string operation, name;
  std::map<std::string, std::int64_t> inputs;   // lengths; filled with values in [-1, 1)
  std::map<std::string, std::int64_t> outputs;  // of forward; dy (or dloss) is an input of backward
  std::vector<std::string> gradients = {};      // the inputs that backward differentiates by
  double flops = 0;                             // of forward
  double traffic = 0;       // arrays that forward reads and writes, in elements; 0: each array once
  double tolerance = 1e-5;  // of a device against the reference, relative
  std::vector<std::int32_t> integers = {};
  std::vector<std::uint8_t> bytes = {};
  bool coarse = false;  // inputs in float are multiples of 1/16: exact in every precision
  bool large = false;   // of a model's size: for benchmarks; too slow for the reference

  template <class Real>
  struct Run {
    std::function<void(kernels::Backend<Real>&, Arrays<Real>&)> forward = {}, backward = {};
    std::function<void(Arrays<Real>&)> prepare = {};  // other arrays that forward needs
  };
  Run<float> in_float = {};
  Run<double> in_double = {};
};

const std::vector<OperationCase>& operation_cases();

/// The arrays of a case: inputs and the gradients of outputs filled from a stream that depends on
/// the case alone, outputs and gradients of inputs full of NaN, so that what is not overwritten
/// shows.
template <class Real>
Arrays<Real> arrays_of(const OperationCase& c, Device device);

/// Forward and backward of a case on a device, in float.
Arrays<float> run(const OperationCase& c, Device device);

}  // namespace tutti::test
