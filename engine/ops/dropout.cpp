#include "engine/dispatch.h"
#include "engine/ops.h"

namespace tutti {

Variable dropout(const Variable& x, double rate, const Tensor& keys, std::uint64_t call) {
  const std::int64_t members = x.value().dim(0), size = x.value().size() / members;
  if (rate < 0 || rate >= 1) throw Error("dropout: the rate is ", rate, ", not in [0, 1)");
  if (keys.shape() != Shape{members, 2})
    throw Error("dropout: x is ", x.shape(), ", so keys must be ", Shape{members, 2}, ", not ",
                keys.shape());
  const auto apply = [=](const Tensor& from) {
    Tensor to = like(from);
    with_backend(
        to, [&](auto& backend) { backend.dropout(members, size, rate, keys, call, from, to); });
    return to;
  };
  // The mask is drawn again in the backward pass instead of being kept.
  return Variable::result(apply(x.value()), {x},
                          [apply](const Tensor& dy) -> Gradients { return {apply(dy)}; });
}

}  // namespace tutti
