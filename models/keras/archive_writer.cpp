#include <zip.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include "kernels/support/error.h"
#include "kernels/support/text.h"
#include "models/keras/hdf5/hdf5.h"
#include "models/keras/parts.h"
#include "models/keras/settings.h"

namespace tutti::keras {

using nlohmann::json;

namespace {

/// Adds the modules in which Keras 3 looks for classes of layers, those in wrappers too.
void add_module(json& layer) {
  const bool model = is_model(layer["class_name"]);
  layer.update({{"module", model ? "keras" : "keras.layers"}, {"registered_name", nullptr}});
  if (model)
    for (json& within : layer["config"]["layers"]) add_module(within);
  for (const char* key : {"layer", "backward_layer"})
    if (auto found = layer["config"].find(key); found != layer["config"].end()) add_module(*found);
}

json config_of(const KerasModel& model) {
  json config = model_config(model);
  for (auto& layer : config["config"]["layers"]) add_module(layer);
  const bool sequential = config["class_name"] == "Sequential";
  config["module"] = sequential ? "keras" : "keras.src.models.functional";
  config["registered_name"] = sequential ? json() : json("Functional");
  if (model.training_config.is_null()) return config;
  json compiled = model.training_config;
  json optimizer = compiled.value("optimizer_config", json::object());
  compiled.erase("optimizer_config");
  optimizer.update({{"module", "keras.optimizers"}, {"registered_name", nullptr}});
  if (optimizer.contains("config")) optimizer["config"].erase("is_legacy_optimizer");
  compiled["optimizer"] = std::move(optimizer);
  config["compile_config"] = std::move(compiled);
  return config;
}

/// Where a layer's weights are, below its own folder, and how many of them.
struct Part {
  std::string folder;
  std::size_t count;
};

std::vector<Part> parts_of(const std::string& class_name, const json& config, std::size_t count) {
  if (class_name == "LSTM" || class_name == "GRU" || class_name == "SimpleRNN")
    return {{"/cell", count}};
  const auto within = [&](const char* folder, const char* key, std::size_t some) {
    const json& inner = config.at(key);
    auto parts = parts_of(inner.at("class_name"), inner.at("config"), some);
    for (auto& part : parts) part.folder = folder + part.folder;
    return parts;
  };
  if (class_name == "TimeDistributed") return within("/layer", "layer", count);
  if (class_name != "Bidirectional") return {{"", count}};
  const json& there = config.at("layer").at("config");
  const std::size_t first = setting(there, "use_bias", true) ? 3 : 2;
  if (first > count) throw Error("Bidirectional has ", count, " weights");
  auto parts = within("/forward_layer", "layer", first);
  for (auto& part : within("/backward_layer", "backward_layer", count - first))
    parts.push_back(std::move(part));
  return parts;
}

void write_numbered(hid_t file, const std::string& folder, const KerasLayer::Weight& weight,
                    std::size_t number) {
  hdf5::write_floats(file, folder + "/vars/" + std::to_string(number), weight.shape, weight.values);
}

/// The layers of a wrapped model with their weights.
std::vector<KerasLayer> layers_within(const KerasLayer& layer, const Description& model) {
  std::vector<KerasLayer> layers = model.model.layers;
  for (auto& within : layers)
    std::ranges::copy_if(
        layer.weights, std::back_inserter(within.weights),
        [&](const auto& weight) { return weight.name.starts_with(within.name + '/'); });
  return layers;
}

void write_layers(hid_t file, const std::vector<KerasLayer>& layers, const std::string& place) {
  std::map<std::string, int> used;
  for (const auto& layer : layers) {
    std::string folder = place + "layers/" + snake_case(layer.class_name);
    if (const int number = used[folder]++; number > 0) folder += '_' + std::to_string(number);
    if (const auto model = wrapped_model(layer)) {
      write_layers(file, layers_within(layer, *model), folder + "/layer/");
      continue;
    }
    auto weight = layer.weights.begin();
    for (const auto& part : parts_of(layer.class_name, layer.config, layer.weights.size()))
      for (std::size_t i = 0; i < part.count; ++i)
        write_numbered(file, folder + part.folder, *weight++, i);
  }
}

/// As Keras 3 has them: the steps, the learning rate, then the arrays; of Adam parameter after
/// parameter.
void write_optimizer(hid_t file, const KerasModel& model) {
  const auto& all = model.optimizer_weights;
  if (all.empty()) return;
  const json& optimizer = model.training_config.at("optimizer_config");
  const auto rate = optimizer.at("config").at("learning_rate").get<float>();
  std::vector<const KerasLayer::Weight*> arrays;
  for (std::size_t i = 1; i < all.size(); ++i) arrays.push_back(&all[i]);
  if (arrays.size() > 1 && optimizer.at("class_name") == "Adam" &&
      arrays[1]->name.ends_with("/m:0")) {  // all m before all v
    const std::size_t n = arrays.size() / 2;
    for (std::size_t i = 0; i < 2 * n; ++i) arrays[i] = &all[1 + (i % 2 ? n : 0) + i / 2];
  }
  write_numbered(file, "optimizer", all[0], 0);
  write_numbered(file, "optimizer", {"", {}, {rate}}, 1);
  for (std::size_t i = 0; i < arrays.size(); ++i)
    write_numbered(file, "optimizer", *arrays[i], i + 2);
}

struct Packing {
  zip_error_t error;
  zip_source_t* source = nullptr;
  zip_t* archive = nullptr;

  Packing() {
    zip_error_init(&error);
    source = zip_source_buffer_create(nullptr, 0, 0, &error);
    if (source) {
      zip_source_keep(source);  // beyond the archive
      archive = zip_open_from_source(source, ZIP_TRUNCATE, &error);
    }
    if (!archive) fail();
  }
  ~Packing() {
    if (archive) zip_discard(archive);
    if (source) zip_source_free(source);
    zip_error_fini(&error);
  }
  [[noreturn]] void fail() { throw Error("cannot make an archive: ", zip_error_strerror(&error)); }

  /// `bytes` live until the end.
  void add(const char* name, const std::string& bytes) {
    zip_source_t* part = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
    const zip_int64_t index = part ? zip_file_add(archive, name, part, 0) : -1;
    constexpr zip_uint16_t midnight = 0, first_of_1980 = 0x21;  // equal models, equal bytes
    if (index < 0 ||
        zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0) != 0 ||
        zip_file_set_dostime(archive, static_cast<zip_uint64_t>(index), midnight, first_of_1980, 0))
      throw Error("cannot make an archive: ", zip_strerror(archive));
  }

  std::string bytes() {
    if (zip_close(archive) != 0) throw Error("cannot make an archive: ", zip_strerror(archive));
    archive = nullptr;
    zip_stat_t about;
    if (zip_source_open(source) != 0 || zip_source_stat(source, &about) != 0)
      throw Error("cannot make an archive: ", zip_error_strerror(zip_source_error(source)));
    std::string result(about.size, '\0');
    const bool whole = zip_source_read(source, result.data(), result.size()) ==
                       static_cast<zip_int64_t>(result.size());
    zip_source_close(source);
    if (!whole) throw Error("cannot make an archive: it cannot be read back");
    return result;
  }
};

}  // namespace

std::string archive_bytes(const KerasModel& model) {
  const hdf5::File file = hdf5::create_file();
  write_layers(file, model.layers, "");
  write_optimizer(file, model);
  // hard_sigmoid is what the version says.
  const json metadata = {{"keras_version", keras_major(model) < 3 ? "2.15.0" : "3.0.0"},
                         {"date_saved", "1980-01-01@00:00:00"}};
  const std::string config = config_of(model).dump(), about = metadata.dump(),
                    weights = hdf5::bytes_of(file);
  Packing packing;
  packing.add("metadata.json", about);
  packing.add("config.json", config);
  packing.add("model.weights.h5", weights);
  return packing.bytes();
}

}  // namespace tutti::keras
