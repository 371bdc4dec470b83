#include "engine/tensor.h"

#include "engine/storage.h"
#include "kernels/backend.h"

namespace tutti {

const char* name(DType type) {
  switch (type) {
    case DType::float32:
      return "float32";
    case DType::float64:
      return "float64";
    case DType::uint8:
      return "uint8";
    case DType::int32:
      return "int32";
  }
  return "?";
}

std::int64_t size_of(DType type) {
  switch (type) {
    case DType::float32:
      return 4;
    case DType::float64:
      return 8;
    case DType::uint8:
      return 1;
    case DType::int32:
      return 4;
  }
  return 0;
}

std::int64_t Shape::elements() const {
  std::int64_t product = 1;
  for (const auto length : *this)
    if (__builtin_mul_overflow(product, length, &product))
      throw Error("an array ", *this, " is too large");
  return product;
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  out << '[';
  for (std::size_t i = 0; i < shape.size(); ++i) out << (i ? ", " : "") << shape[i];
  return out << ']';
}

Tensor Tensor::empty(Shape shape, DType type, Device device) {
  for (const auto length : shape)
    if (length < 0) throw Error("tensor: shape ", shape, " has a negative length");
  auto elements = allocate(device, shape.elements() * size_of(type));
  return over(std::move(elements), std::move(shape), type, device);
}

Tensor Tensor::over(std::shared_ptr<void> elements, Shape shape, DType type, Device device) {
  Tensor tensor;
  tensor.storage_ = std::move(elements);
  tensor.size_ = shape.elements();
  tensor.shape_ = std::move(shape);
  tensor.type_ = type;
  tensor.device_ = device;
  return tensor;
}

Tensor Tensor::zeros(Shape shape, DType type, Device device) {
  Tensor tensor = empty(std::move(shape), type, device);
  kernels::memory(device).zero(tensor.address(),
                               static_cast<std::size_t>(tensor.size_ * size_of(type)));
  return tensor;
}

Tensor Tensor::reshape(Shape shape) const {
  if (shape.elements() != size_)
    throw Error("reshape: ", shape_, " has ", size_, " elements, ", shape, " has ",
                shape.elements());
  Tensor tensor = *this;
  tensor.shape_ = std::move(shape);
  return tensor;
}

Tensor Tensor::slice(std::int64_t first, std::int64_t count) const {
  if (shape_.empty() || first < 0 || count < 0 || first + count > shape_[0])
    throw Error("slice: rows ", first, " to ", first + count, " of ", shape_);
  Tensor tensor = *this;
  const std::int64_t row = shape_[0] ? size_ / shape_[0] : 0;
  tensor.shape_[0] = count;
  tensor.size_ = count * row;
  tensor.offset_ += first * row * size_of(type_);
  return tensor;
}

Tensor Tensor::rows(const std::vector<std::int64_t>& which) const {
  std::vector<Tensor> parts;
  for (const auto row : which) parts.push_back(slice(row, 1));
  return joined(parts);
}

Tensor Tensor::joined(const std::vector<Tensor>& parts) {
  Shape shape = parts.at(0).shape();
  shape[0] = 0;
  for (const auto& part : parts) shape[0] += part.dim(0);
  Tensor whole = empty(shape, parts[0].type_, parts[0].device_);
  auto& memory = kernels::memory(whole.device_);
  std::int64_t first = 0;
  for (const auto& part : parts) {
    Tensor place = whole.slice(first, part.dim(0));
    if (place.shape_ != part.shape_ || part.type_ != whole.type_ || part.device_ != whole.device_)
      throw Error("joined: ", part.shape_, " beside ", parts[0].shape_);
    std::vector<char> bytes(static_cast<std::size_t>(part.size_ * size_of(part.type_)));
    memory.copy_out(bytes.data(), part.address(), bytes.size());
    memory.copy_in(place.address(), bytes.data(), bytes.size());
    first += part.dim(0);
  }
  return whole;
}

Tensor Tensor::to(Device device) const {
  if (!defined()) return *this;
  auto &here = kernels::memory(device_), &there = kernels::memory(device);
  if (&here == &there) {
    Tensor same = *this;
    same.device_ = device;
    return same;
  }
  Tensor copy = empty(shape_, type_, device);
  const auto bytes = static_cast<std::size_t>(size_ * size_of(type_));
  if (device == Device::cuda || &here == &kernels::memory(Device::cpu))
    there.copy_in(copy.address(), address(), bytes);
  else
    here.copy_out(copy.address(), address(), bytes);
  return copy;
}

void Tensor::expect(DType type) const {
  if (!defined()) throw Error("tensor: used before it was given a value");
  if (type != type_)
    throw Error("tensor ", shape_, ": holds ", tutti::name(type_), ", not ", tutti::name(type));
}

void* Tensor::address() { return static_cast<char*>(storage_.get()) + offset_; }
const void* Tensor::address() const { return static_cast<const char*>(storage_.get()) + offset_; }

void Tensor::copy_in(const void* values, std::int64_t count) {
  if (count != size_) throw Error("tensor ", shape_, ": wants ", size_, " values, not ", count);
  kernels::memory(device_).copy_in(address(), values,
                                   static_cast<std::size_t>(size_ * size_of(type_)));
}

void Tensor::copy_out(void* values) const {
  kernels::memory(device_).copy_out(values, address(),
                                    static_cast<std::size_t>(size_ * size_of(type_)));
}

}  // namespace tutti
