#include "engine/layers/spatial.h"

namespace tutti {

void expect_dimensions(const char* layer, int dimensions, const Shape& input) {
  if (static_cast<int>(input.size()) == dimensions + 1) return;
  throw Error(layer, dimensions, "D: takes ",
              dimensions == 1 ? "[steps, channels]" : "[height, width, channels]", ", not ", input);
}

}  // namespace tutti
