#include "engine/layers/noise/spatial_dropout.h"

#include <algorithm>

#include "engine/dispatch.h"
#include "engine/layers/spatial.h"

namespace tutti {

Variable dropout_mask(const Variable& x, const Shape& shape, double rate, const Context& context,
                      std::uint64_t number) {
  Tensor ones = like(x.value(), shape);
  with_backend(ones, [&](auto& backend) { backend.fill(ones.size(), 1, ones); });
  return dropout(Variable(ones), rate, context.dropout_draws, number);
}

Variable channel_mask(const Variable& x, double rate, const Context& context,
                      std::uint64_t number) {
  Shape shape = x.shape();
  std::fill(shape.begin() + 2, shape.end() - 1, 1);
  return dropout_mask(x, shape, rate, context, number);
}

Shape SpatialDropout::build(const Shape& input, Initializer& initializer) {
  expect_dimensions("SpatialDropout", dimensions_, input);
  if (rate_ < 0 || rate_ >= 1)
    throw Error("SpatialDropout: the rate is ", rate_, ", not in [0, 1)");
  number_ = initializer.next_dropout();
  return input;
}

Variable SpatialDropout::forward(const Variable& x, const Context& context) const {
  const std::uint64_t number = built(number_);
  if (!context.training || rate_ == 0) return x;
  return multiply(x, channel_mask(x, rate_, context, number));
}

}  // namespace tutti
