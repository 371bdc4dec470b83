#include "models/keras_axes.h"

#include <algorithm>

#include "engine/layers/flatten.h"

namespace tutti {

Shape exchanged(Shape shape) {
  if (shape.size() >= 3) std::swap(shape[0], shape[1]);
  return shape;
}

std::vector<float> exchanged(const std::vector<float>& values, const Shape& shape) {
  if (shape.size() < 3) return values;
  const std::int64_t run = shape.elements() / (shape[0] * shape[1]);
  std::vector<float> result(values.size());
  for (std::int64_t a = 0; a < shape[0]; ++a)
    for (std::int64_t b = 0; b < shape[1]; ++b)
      std::copy_n(values.begin() + (a * shape[1] + b) * run, run,
                  result.begin() + (b * shape[0] + a) * run);
  return result;
}

Shape member_shape(const Parameter& parameter) {
  const Shape& shape = parameter.variable.shape();
  return Shape(shape.begin() + 1, shape.end());
}

void expect_exchangeable(const Sequential& model) {
  const auto& shapes = model.output_shapes();
  for (std::size_t i = 1; i < model.layers().size(); ++i)
    if (dynamic_cast<const Flatten*>(model.layers()[i].get()) && shapes[i - 1].size() == 3 &&
        shapes[i - 1][0] != 1 && shapes[i - 1][1] != 1)
      throw Error("layer ", i + 1, " (Flatten): takes ", exchanged(shapes[i - 1]),
                  "; only pictures of height or width 1 are supported there");
}

}  // namespace tutti
