#include "engine/layers/wrappers/bidirectional.h"

namespace tutti {

Bidirectional::Bidirectional(std::unique_ptr<Recurrent> forward,
                             std::unique_ptr<Recurrent> backward, Merge merge)
    : merge_(merge) {
  if (forward->options().go_backwards || !backward->options().go_backwards ||
      forward->options().return_sequences != backward->options().return_sequences)
    throw Error(
        "Bidirectional: takes a layer that goes forward and one that goes backward, both of "
        "sequences or both of last steps");
  add_child(std::move(forward), "forward");
  add_child(std::move(backward), "backward");
}

const Recurrent& Bidirectional::child(std::size_t number) const {
  return static_cast<const Recurrent&>(*children()[number].layer);
}

Shape Bidirectional::build(const Shape& input, Initializer& initializer) {
  Shape output = build_child(0, input, initializer);
  const Shape back = build_child(1, input, initializer);
  if (merge_ == Merge::concatenate) {
    output.back() += back.back();
  } else if (back != output) {
    throw Error("Bidirectional: cannot merge ", output, " and ", back);
  }
  return output;
}

Variable Bidirectional::forward(const Variable& x, const Context& context) const {
  const Variable there = child(0).forward(x, context);
  Variable back = child(1).forward(x, context);
  if (child(1).options().return_sequences) back = reverse(back, 2);
  switch (merge_) {
    case Merge::sum:
      return add(there, back);
    case Merge::product:
      return multiply(there, back);
    case Merge::average:
      return rescale(add(there, back), 0.5, 0);
    case Merge::concatenate:
      break;
  }
  return concatenate({there, back}, -1);
}

}  // namespace tutti
