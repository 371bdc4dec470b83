#pragma once
#include <cstdint>
#include <memory>
#include <ostream>
#include <type_traits>
#include <vector>

#include "kernels/device.h"
#include "kernels/support/error.h"

namespace tutti {

enum class DType { float32, float64, uint8, int32 };
const char* name(DType type);
std::int64_t size_of(DType type);  // bytes per element

template <class T>
inline constexpr DType dtype_of = [] {
  static_assert(sizeof(T) == 0, "a Tensor holds float, double, uint8_t or int32_t");
  return DType::float32;
}();
template <>
inline constexpr DType dtype_of<float> = DType::float32;
template <>
inline constexpr DType dtype_of<double> = DType::float64;
template <>
inline constexpr DType dtype_of<std::uint8_t> = DType::uint8;
template <>
inline constexpr DType dtype_of<std::int32_t> = DType::int32;

/// Lengths of the axes, outermost first. Prints as [2, 3].
class Shape : public std::vector<std::int64_t> {
 public:
  using std::vector<std::int64_t>::vector;
  std::int64_t elements() const;
};
std::ostream& operator<<(std::ostream& out, const Shape& shape);

/// A contiguous, row-major array on one device. A Tensor is a handle: copies share the elements.
/// What is written through a handle must not be const; what is const is only read through it.
class Tensor {
 public:
  Tensor() = default;  // no elements, no shape; see defined()

  static Tensor empty(Shape shape, DType type, Device device);  // elements not set
  static Tensor zeros(Shape shape, DType type, Device device);
  /// Over memory of the device that is somebody else's, kept as long as a tensor shares it.
  static Tensor over(std::shared_ptr<void> elements, Shape shape, DType type, Device device);
  template <class T>
  static Tensor from(Shape shape, const std::vector<T>& values, Device device = Device::cpu) {
    Tensor tensor = empty(std::move(shape), dtype_of<T>, device);
    tensor.copy_from(values.data(), static_cast<std::int64_t>(values.size()));
    return tensor;
  }

  bool defined() const { return storage_ != nullptr; }
  const Shape& shape() const { return shape_; }
  std::int64_t dim(std::size_t axis) const { return shape_.at(axis); }
  std::int64_t size() const { return size_; }
  DType dtype() const { return type_; }
  Device device() const { return device_; }

  Tensor reshape(Shape shape) const;                           // same elements, shared
  Tensor slice(std::int64_t first, std::int64_t count) const;  // rows of the first axis, shared
  Tensor rows(const std::vector<std::int64_t>& which) const;   // the same, copied

  /// Copies of tensors, one after another along the first axis.
  static Tensor joined(const std::vector<Tensor>& parts);

  /// The same elements on a device: shared where they already are in its memory, else copied.
  Tensor to(Device device) const;
  bool shares_elements_with(const Tensor& other) const { return storage_ == other.storage_; }

  /// The elements where the device keeps them; an Error if they are of another type.
  template <class T>
  T* data() {
    expect(dtype_of<T>);
    return static_cast<T*>(address());
  }
  template <class T>
  const T* data() const {
    expect(dtype_of<T>);
    return static_cast<const T*>(address());
  }
  /// A Tensor passes for the typed pointer that a kernel takes, a const one for a pointer to const.
  template <class T>
  requires(!std::is_const_v<T>) operator T*() { return data<T>(); }
  template <class T>
  operator const T*() const {
    return data<T>();
  }

  /// The elements copied to the host, and set from it.
  template <class T>
  std::vector<T> to_vector() const {
    expect(dtype_of<T>);
    std::vector<T> values(static_cast<std::size_t>(size_));
    copy_to(values.data());
    return values;
  }
  template <class T>
  void copy_from(const T* values, std::int64_t count) {
    expect(dtype_of<T>);
    copy_in(values, count);
  }
  template <class T>
  void copy_to(T* values) const {
    expect(dtype_of<T>);
    copy_out(values);
  }

 private:
  void expect(DType type) const;
  void* address();
  const void* address() const;
  void copy_in(const void* values, std::int64_t count);
  void copy_out(void* values) const;

  std::shared_ptr<void> storage_;
  std::int64_t offset_ = 0;  // bytes
  Shape shape_;
  std::int64_t size_ = 0;
  DType type_ = DType::float32;
  Device device_ = Device::cpu;
};

}  // namespace tutti
