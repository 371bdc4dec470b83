#pragma once
#include "engine/layers/layer.h"

namespace tutti {

/// A layer over one spatial axis is the same over two, the second of length 1:
/// [steps, channels] as [steps, 1, channels], and back. Shapes of one example.
inline Shape as_2d(const Shape& shape) {
  return shape.size() == 2 ? Shape{shape[0], 1, shape[1]} : shape;
}
inline Shape as_1d(const Shape& shape) { return {shape[0], shape[2]}; }

/// The same of [M, B, …].
inline Variable as_2d(const Variable& x) {
  const Shape& s = x.shape();
  return s.size() == 4 ? reshape(x, {s[0], s[1], s[2], 1, s[3]}) : x;
}
inline Variable as_1d(const Variable& x) {
  const Shape& s = x.shape();
  return reshape(x, {s[0], s[1], s[2], s[4]});
}

/// Axes of one example in their order, from numbers that count the batch as axis 0, or from the
/// end; an Error that names the layer if one is not there or named twice.
std::vector<std::size_t> axes_of_example(const char* layer, const std::vector<std::int64_t>& axes,
                                         const Shape& input);

/// An Error that names the layer if it is not given as many axes as it is for.
void expect_dimensions(const char* layer, int dimensions, const Shape& input);

}  // namespace tutti
