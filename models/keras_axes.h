#pragma once
#include <vector>

#include "engine/sequential.h"

namespace tutti {

/// Keras holds pictures as [frequency, time, channels], the engine time first: the two spatial axes
/// are exchanged between a file and a model.

/// The first two axes of a picture's or a kernel's shape exchanged; other shapes as they are.
Shape exchanged(Shape shape);
/// Values of [a, b, …] in the order of [b, a, …].
std::vector<float> exchanged(const std::vector<float>& values, const Shape& shape);

/// The shape of one member's part of a parameter.
Shape member_shape(const Parameter& parameter);

/// An Error if a Flatten of the built model sees more than one of the two axes: its order of values
/// would differ between file and model.
void expect_exchangeable(const Sequential& model);

}  // namespace tutti
