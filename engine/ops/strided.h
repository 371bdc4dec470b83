#pragma once
#include <vector>

#include "engine/tensor.h"
#include "kernels/shapes.h"

namespace tutti {

using Strides = std::vector<std::int64_t>;

/// How far apart neighbors along each axis of a tensor are.
Strides strides_of(const Shape& shape);

/// A walk along axes of these lengths in two tensors. Neighboring axes that are one run in both
/// are merged; an Error that names the operation if too many are left.
kernels::StridedShape strided_shape(const char* operation, const Shape& lengths, const Strides& a,
                                    const Strides& b);

/// The number of an axis behind the member's, counted from the end if it is negative; an Error that
/// names the operation if there is none.
std::size_t axis_of(const char* operation, const Shape& shape, std::int64_t axis);

/// The tensor with its axes in another order.
Tensor permuted(const Tensor& x, const std::vector<std::int64_t>& axes);

/// The tensor with its elements along an axis the other way round.
Tensor reversed(const Tensor& x, std::size_t axis);

/// Elements [first, first + count) along an axis; and such elements set in a tensor.
Tensor sliced(const Tensor& x, std::size_t axis, std::int64_t first, std::int64_t count);
void set_slice(const Tensor& from, std::size_t axis, std::int64_t first, Tensor& y);

}  // namespace tutti
