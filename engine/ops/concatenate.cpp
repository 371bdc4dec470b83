#include "engine/dispatch.h"
#include "engine/ops/ops.h"
#include "engine/ops/strided.h"

namespace tutti {

Variable concatenate(const std::vector<Variable>& parts, std::int64_t axis) {
  if (parts.empty()) throw Error("concatenate: there are no parts");
  const std::size_t along = axis_of("concatenate", parts[0].shape(), axis);
  Shape shape = parts[0].shape();
  shape[along] = 0;
  std::vector<std::int64_t> lengths;
  for (const auto& part : parts) {
    Shape rest = part.shape();
    if (rest.size() == shape.size()) rest[along] = shape[along];
    if (rest != shape)
      throw Error("concatenate: parts are ", parts[0].shape(), " and ", part.shape(),
                  "; all lengths but those along axis ", axis, " must be equal");
    lengths.push_back(part.shape()[along]);
    shape[along] += lengths.back();
  }
  Tensor y = like(parts[0].value(), shape);
  std::int64_t at = 0;
  for (const auto& part : parts) {
    set_slice(part.value(), along, at, y);
    at += part.shape()[along];
  }
  return Variable::result(y, parts, [along, lengths](const Tensor& dy) -> Gradients {
    Gradients gradients;
    std::int64_t first = 0;
    for (const auto length : lengths) {
      gradients.push_back(sliced(dy, along, first, length));
      first += length;
    }
    return gradients;
  });
}

}  // namespace tutti
