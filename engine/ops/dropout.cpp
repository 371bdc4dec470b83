#include "engine/dispatch.h"
#include "engine/ops/ops.h"

namespace tutti {

Variable dropout(const Variable& x, double rate, const Tensor& draws, std::uint64_t layer) {
  const std::int64_t members = x.value().dim(0), size = x.value().size() / members;
  if (rate < 0 || rate >= 1) throw Error("dropout: the rate is ", rate, ", not in [0, 1)");
  if (draws.shape() != Shape{members, 3})
    throw Error("dropout: x is ", x.shape(), ", so draws must be ", Shape{members, 3}, ", not ",
                draws.shape());
  const auto apply = [=](const Tensor& from) {
    Tensor to = like(from);
    with_backend(
        to, [&](auto& backend) { backend.dropout(members, size, rate, draws, layer, from, to); });
    return to;
  };
  // The mask is drawn again in the backward pass instead of being kept.
  return Variable::result(apply(x.value()), {x},
                          [apply](const Tensor& dy) -> Gradients { return {apply(dy)}; });
}

}  // namespace tutti
