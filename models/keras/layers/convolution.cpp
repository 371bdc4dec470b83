#include "engine/layers/conv2d.h"
#include "engine/layers/zero_padding2d.h"
#include "kernels/support/error.h"
#include "models/keras/layers/table.h"

namespace tutti::keras {

using nlohmann::json;

namespace {

std::unique_ptr<Layer> read_conv(const Described& d) {
  const json& config = d.config;
  if (setting(config, "groups", 1) != 1) throw Error("groups are not supported");
  const auto kernel = lengths(d, "kernel_size", {0, 0}), strides = lengths(d, "strides", {1, 1}),
             dilation = lengths(d, "dilation_rate", {1, 1});
  return std::make_unique<Conv2D>(
      Conv2D::Options{.filters = length_of(config.at("filters"), "filters"),
                      .kernel_height = kernel[0],
                      .kernel_width = kernel[1],
                      .stride_height = strides[0],
                      .stride_width = strides[1],
                      .padding = padding_of(config),
                      .activation = activation_of(d),
                      .dilation_height = dilation[0],
                      .dilation_width = dilation[1],
                      .dimensions = d.dimensions,
                      .use_bias = setting(config, "use_bias", true)});
}

bool write_conv(const Conv2D& layer, Written& written) {
  const auto& o = layer.options();
  written.dimensions = o.dimensions;
  written.set({{"filters", o.filters},
               {"kernel_size", lengths(o.dimensions, o.kernel_height, o.kernel_width)},
               {"strides", lengths(o.dimensions, o.stride_height, o.stride_width)},
               {"padding", name(o.padding)},
               {"data_format", "channels_last"},
               {"dilation_rate", lengths(o.dimensions, o.dilation_height, o.dilation_width)},
               {"groups", 1}});
  written.set(weight_settings(o.use_bias));
  written.set_activation("activation", o.activation);
  return true;
}

std::unique_ptr<Layer> read_zero_padding(const Described& d) {
  const json& padding = d.config.at("padding");
  Pad2dOptions pad{};
  const auto sides = [](const json& one) {
    const auto before = length_of(one.is_number() ? one : one.at(0), "padding", 0);
    return std::array{before, one.is_number() ? before : length_of(one.at(1), "padding", 0)};
  };
  const auto down = sides(d.dimensions == 1 || padding.is_number() ? padding : padding.at(0));
  pad.top = down[0], pad.bottom = down[1];
  if (d.dimensions == 2) {
    const auto across = sides(padding.is_number() ? padding : padding.at(1));
    pad.left = across[0], pad.right = across[1];
  }
  return std::make_unique<ZeroPadding2D>(ZeroPadding2D::Options{pad, d.dimensions});
}

bool write_zero_padding(const ZeroPadding2D& layer, Written& written) {
  const auto& o = layer.options();
  const auto& [top, bottom, left, right] = o.padding;
  const json down = {top, bottom}, across = {left, right};
  written.dimensions = o.dimensions;
  if (o.dimensions == 1)
    written.set({{"padding", down}});
  else
    written.set({{"padding", {down, across}}, {"data_format", "channels_last"}});
  return true;
}

}  // namespace

std::vector<LayerClass> convolution_classes() {
  return {LayerClass::of<Conv2D>("ConvND", read_conv, write_conv),
          LayerClass::of<ZeroPadding2D>("ZeroPaddingND", read_zero_padding, write_zero_padding)};
}

}  // namespace tutti::keras
