#include "engine/dispatch.h"
#include "engine/ops/ops.h"

namespace tutti {

ClippedGradients clip_by_global_norm(const std::vector<Tensor>& gradients, double max_norm) {
  if (gradients.empty()) throw Error("clip_by_global_norm: there is no gradient");
  if (!(max_norm > 0))
    throw Error("clip_by_global_norm: the largest norm is ", max_norm, ", not above 0");
  const std::int64_t members = gradients[0].dim(0);
  ClippedGradients result{{}, like(gradients[0], {members})};
  for (const Tensor& g : gradients) {
    if (g.shape().empty() || g.dim(0) != members)
      throw Error("clip_by_global_norm: gradients are ", gradients[0].shape(), " and ", g.shape(),
                  ", of different members");
    result.gradients.push_back(like(g));
  }
  with_backend(result.norms, [&]<class Real>(kernels::Backend<Real>& backend) {
    std::vector<kernels::ClippedGradient<Real>> list;
    for (std::size_t i = 0; i < gradients.size(); ++i)
      list.push_back({gradients[i].size() / members, gradients[i], result.gradients[i]});
    backend.clip_by_global_norm(members, list, max_norm, result.norms);
  });
  return result;
}

}  // namespace tutti
