#include "engine/layers/spatial.h"

#include <algorithm>

namespace tutti {

void expect_dimensions(const char* layer, int dimensions, const Shape& input) {
  if (static_cast<int>(input.size()) == dimensions + 1) return;
  throw Error(layer, dimensions, "D: takes ",
              dimensions == 1 ? "[steps, channels]" : "[height, width, channels]", ", not ", input);
}

std::vector<std::size_t> axes_of_example(const char* layer, const std::vector<std::int64_t>& axes,
                                         const Shape& input) {
  const auto count = static_cast<std::int64_t>(input.size());
  std::vector<std::size_t> result;
  for (const auto axis : axes) {
    const std::int64_t number = axis < 0 ? axis + count : axis - 1;
    if (number < 0 || number >= count || axis == 0)
      throw Error(layer, ": ", input, " has no axis ", axis, " (the batch is axis 0)");
    result.push_back(static_cast<std::size_t>(number));
  }
  std::ranges::sort(result);
  if (std::ranges::adjacent_find(result) != result.end())
    throw Error(layer, ": an axis is named twice");
  return result;
}

}  // namespace tutti
