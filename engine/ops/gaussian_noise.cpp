#include "engine/dispatch.h"
#include "engine/ops/ops.h"

namespace tutti {

Variable gaussian_noise(const Variable& x, double stddev, const Tensor& draws,
                        std::uint64_t layer) {
  const std::int64_t members = x.value().dim(0), size = x.value().size() / members;
  if (draws.shape() != Shape{members, 3})
    throw Error("gaussian_noise: x is ", x.shape(), ", so draws must be ", Shape{members, 3},
                ", not ", draws.shape());
  Tensor y = like(x.value());
  with_backend(y, [&](auto& backend) {
    backend.gaussian_noise(members, size, stddev, draws, layer, x.value(), y);
  });
  return Variable::result(y, {x}, [](const Tensor& dy) -> Gradients { return {dy}; });
}

}  // namespace tutti
