#include "models/keras/layers/table.h"

#include "engine/layers/wrappers/channels_at.h"
#include "kernels/support/error.h"

namespace tutti::keras {
namespace {

const std::vector<LayerClass>& table() {
  static const std::vector<LayerClass> all = [] {
    std::vector<LayerClass> classes;
    for (const auto& family :
         {activation_classes(), convolution_classes(), dense_classes(), merge_classes(),
          noise_classes(), normalization_classes(), pooling_classes(), recurrent_classes(),
          shape_classes(), wrapper_classes()})
      classes.insert(classes.end(), family.begin(), family.end());
    return classes;
  }();
  return all;
}

}  // namespace

std::unique_ptr<Layer> read_layer(const KerasLayer& layer, const KerasModel& file) {
  std::string name = layer.class_name;
  int dimensions = 2;
  if (name.ends_with("1D") || name.ends_with("2D")) {
    dimensions = name[name.size() - 2] - '0';
    name[name.size() - 2] = 'N';
  }
  std::string supported;
  for (const auto& row : table()) {
    supported += row.name + ", ";
    if (row.name != name) continue;
    auto read = row.read({layer.config, file, dimensions});
    read->set_trainable(setting(layer.config, "trainable", true));
    const auto format = setting<std::string>(layer.config, "data_format", "channels_last");
    if (format == "channels_first") return std::make_unique<ChannelsAt>(1, std::move(read));
    if (format != "channels_last") throw Error("data_format is '", format, "'");
    return read;
  }
  throw Error("not supported; ", supported, "and InputLayer are (N is 1 or 2)");
}

Written write_layer(const Layer& layer) {
  if (const auto* elsewhere = dynamic_cast<const ChannelsAt*>(&layer)) {
    Written written = write_layer(*elsewhere->children()[0].layer);
    if (written.config.contains("axis"))
      written.config["axis"] = elsewhere->axis();
    else
      written.config["data_format"] = "channels_first";
    return written;
  }
  for (const auto& row : table()) {
    Written written;
    if (!row.write || !row.write(layer, written)) continue;
    written.class_name = row.name;
    if (row.name.ends_with("ND"))
      written.class_name[row.name.size() - 2] = static_cast<char>('0' + written.dimensions);
    return written;
  }
  throw Error("this kind of layer cannot be written as a Keras file");
}

}  // namespace tutti::keras
