#pragma once
#include <vector>

#include "engine/layers/model.h"
#include "tests/support/values.h"

namespace tutti::test {

/// The outputs of a model for inputs drawn at random, the same for every member.
inline std::vector<float> outputs(const Model& model, std::int64_t batch = 3) {
  Shape shape = model.input_shape();
  shape.insert(shape.begin(), {model.members(), batch});
  const std::vector<float> of_one = uniform(shape.elements() / model.members(), 1, 1.0);
  std::vector<float> x;
  for (std::int64_t m = 0; m < model.members(); ++m)
    x.insert(x.end(), of_one.begin(), of_one.end());
  return model.outputs(Variable(Tensor::from(shape, x)), Context{}).value().to_vector<float>();
}

}  // namespace tutti::test
