#include "engine/layers/pooling2d.h"
#include "models/keras/layers/table.h"

namespace tutti::keras {
namespace {

LayerClass local(const char* class_name, Pooling pooling) {
  const auto read = [pooling](const Described& d) {
    const auto pool = lengths(d, "pool_size", {2, d.dimensions == 1 ? 1 : 2});
    const auto strides = lengths(d, "strides", pool);
    return std::make_unique<Pooling2D>(Pooling2D::Options{
        .pooling = pooling,
        .window = Pool2dOptions{pool[0], pool[1], strides[0], strides[1], padding_of(d.config)},
        .dimensions = d.dimensions});
  };
  const auto write = [pooling](const Pooling2D& layer, Written& written) {
    const auto& o = layer.options();
    if (!o.window || o.pooling != pooling) return false;
    written.dimensions = o.dimensions;
    written.set(
        {{"pool_size", lengths(o.dimensions, o.window->height, o.window->width)},
         {"strides", lengths(o.dimensions, o.window->stride_height, o.window->stride_width)},
         {"padding", name(o.window->padding)},
         {"data_format", "channels_last"}});
    return true;
  };
  return LayerClass::of<Pooling2D>(class_name, read, write);
}

LayerClass global(const char* class_name, Pooling pooling) {
  const auto read = [pooling](const Described& d) {
    return std::make_unique<Pooling2D>(
        Pooling2D::Options{.pooling = pooling,
                           .dimensions = d.dimensions,
                           .keepdims = setting(d.config, "keepdims", false)});
  };
  const auto write = [pooling](const Pooling2D& layer, Written& written) {
    const auto& o = layer.options();
    if (o.window || o.pooling != pooling) return false;
    written.dimensions = o.dimensions;
    written.set({{"data_format", "channels_last"}, {"keepdims", o.keepdims}});
    return true;
  };
  return LayerClass::of<Pooling2D>(class_name, read, write);
}

}  // namespace

std::vector<LayerClass> pooling_classes() {
  return {local("MaxPoolingND", Pooling::max), local("AveragePoolingND", Pooling::average),
          global("GlobalMaxPoolingND", Pooling::max),
          global("GlobalAveragePoolingND", Pooling::average)};
}

}  // namespace tutti::keras
