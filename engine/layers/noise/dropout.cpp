#include "engine/layers/noise/dropout.h"

namespace tutti {

Shape Dropout::build(const Shape& input, Initializer& initializer) {
  if (rate_ < 0 || rate_ >= 1) throw Error("Dropout: the rate is ", rate_, ", not in [0, 1)");
  number_ = initializer.next_dropout();
  return input;
}

Variable Dropout::forward(const Variable& x, const Context& context) const {
  const std::uint64_t number = built(number_);
  if (!context.training || rate_ == 0) return x;
  return dropout(x, rate_, context.dropout_draws, number);
}

}  // namespace tutti
