#include "engine/layers/merge.h"

#include "kernels/support/error.h"
#include "models/keras/layers/table.h"

namespace tutti::keras {
namespace {

/// A layer without settings.
template <class L>
LayerClass plain(const char* name) {
  return LayerClass::of<L>(
      name, [](const Described&) { return std::make_unique<L>(); },
      [](const L&, Written&) { return true; });
}

/// Keras counts the batch among the axes.
std::unique_ptr<Layer> read_concatenate(const Described& d) {
  const auto axis = setting(d.config, "axis", std::int64_t{-1});
  if (axis == 0) throw Error("axis 0, the batch, is not supported");
  return std::make_unique<Concatenate>(axis > 0 ? axis - 1 : axis);
}

bool write_concatenate(const Concatenate& layer, Written& written) {
  written.set({{"axis", layer.axis() >= 0 ? layer.axis() + 1 : layer.axis()}});
  return true;
}

}  // namespace

std::vector<LayerClass> merge_classes() {
  return {plain<Add>("Add"), plain<Multiply>("Multiply"), plain<Average>("Average"),
          plain<Maximum>("Maximum"),
          LayerClass::of<Concatenate>("Concatenate", read_concatenate, write_concatenate)};
}

}  // namespace tutti::keras
