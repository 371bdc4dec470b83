#include <algorithm>

#include "engine/ops/ops.h"
#include "engine/ops/strided.h"

namespace tutti {

Variable transpose(const Variable& x, const std::vector<std::int64_t>& axes) {
  std::vector<std::int64_t> back(axes.size(), -1);
  for (std::size_t n = 0; n < axes.size(); ++n)
    if (axes[n] >= 0 && axes[n] < static_cast<std::int64_t>(axes.size()))
      back[static_cast<std::size_t>(axes[n])] = static_cast<std::int64_t>(n);
  if (axes.empty() || axes.size() != x.shape().size() || axes[0] != 0 ||
      std::find(back.begin(), back.end(), -1) != back.end())
    throw Error("transpose: x is ", x.shape(), " and the axes are ",
                Shape(axes.begin(), axes.end()),
                "; they must be all of x's, each once, and the member's first");
  return Variable::result(permuted(x.value(), axes), {x},
                          [back](const Tensor& dy) -> Gradients { return {permuted(dy, back)}; });
}

}  // namespace tutti
