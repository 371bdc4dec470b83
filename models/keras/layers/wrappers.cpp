#include "engine/layers/model.h"
#include "engine/layers/wrappers/bidirectional.h"
#include "engine/layers/wrappers/time_distributed.h"
#include "kernels/support/error.h"
#include "models/keras/layers.h"
#include "models/keras/layers/table.h"
#include "models/keras/parts.h"

namespace tutti::keras {

using nlohmann::json;

namespace {

/// The layer or model that a wrapper's setting describes; an Error says of what kind it is.
std::unique_ptr<Layer> read_wrapped(const json& described, const Described& d) {
  const KerasLayer layer{described.at("class_name"), "", described.at("config"), {}};
  try {
    if (!is_model(layer.class_name)) return read_layer(layer, d.file);
    KerasModel model = described_by(described).model;
    model.keras_version = d.file.keras_version;
    return std::make_unique<Model>(from_keras(model, Shape{}));
  } catch (const Error& problem) {
    throw Error("of ", layer.class_name, ": ", problem.what());
  }
}

std::unique_ptr<Recurrent> read_recurrent(const json& described, const Described& d) {
  auto layer = read_wrapped(described, d);
  if (!dynamic_cast<Recurrent*>(layer.get()))
    throw Error("of ", described.at("class_name").dump(), "; only recurrent layers are supported");
  return std::unique_ptr<Recurrent>(static_cast<Recurrent*>(layer.release()));
}

constexpr std::pair<Bidirectional::Merge, const char*> merges[] = {
    {Bidirectional::Merge::concatenate, "concat"},
    {Bidirectional::Merge::sum, "sum"},
    {Bidirectional::Merge::product, "mul"},
    {Bidirectional::Merge::average, "ave"}};

std::unique_ptr<Layer> read_bidirectional(const Described& d) {
  const json& there = d.config.at("layer");
  json back = setting(d.config, "backward_layer", json());
  if (back.is_null()) {
    back = there;
    back.at("config")["go_backwards"] = !setting(there.at("config"), "go_backwards", false);
  }
  const json mode = d.config.value("merge_mode", json("concat"));
  for (const auto& [merge, name] : merges)
    if (mode == name)
      return std::make_unique<Bidirectional>(read_recurrent(there, d), read_recurrent(back, d),
                                             merge);
  throw Error("merge_mode ", mode.dump(), " is not supported; concat, sum, mul and ave are");
}

/// A layer as a setting of a wrapper.
json written_layer(const Layer& layer, const char* name, Written& of_wrapper) {
  Written written = write_layer(layer);
  of_wrapper.since_keras_3 |= written.since_keras_3;
  written.config.update({{"name", name}, {"dtype", "float32"}});
  if (!layer.parameters().empty()) written.config["trainable"] = layer.trainable();
  json described = class_and_config(written.class_name.c_str(), std::move(written.config));
  described.update({{"module", "keras.layers"}, {"registered_name", nullptr}});  // Keras 3 asks for
  return described;
}

bool write_bidirectional(const Bidirectional& layer, Written& written) {
  written.set({{"layer", written_layer(*layer.children()[0].layer, "forward", written)},
               {"backward_layer", written_layer(*layer.children()[1].layer, "backward", written)}});
  for (const auto& [merge, name] : merges)
    if (layer.merge() == merge) written.set({{"merge_mode", name}});
  return true;
}

std::unique_ptr<Layer> read_time_distributed(const Described& d) {
  return std::make_unique<TimeDistributed>(read_wrapped(d.config.at("layer"), d));
}

bool write_time_distributed(const TimeDistributed& layer, Written& written) {
  if (dynamic_cast<const Model*>(layer.children()[0].layer.get()))
    throw Error("a layer around TimeDistributed of a model cannot be written as a Keras file");
  written.set({{"layer", written_layer(*layer.children()[0].layer, "layer", written)}});
  return true;
}

}  // namespace

std::vector<LayerClass> wrapper_classes() {
  return {LayerClass::of<Bidirectional>("Bidirectional", read_bidirectional, write_bidirectional),
          LayerClass::of<TimeDistributed>("TimeDistributed", read_time_distributed,
                                          write_time_distributed)};
}

}  // namespace tutti::keras
