#include <zip.h>

#include <memory>

#include "kernels/support/error.h"
#include "kernels/support/json_text.h"
#include "models/keras/folders.h"
#include "models/keras/hdf5/hdf5.h"
#include "models/keras/parts.h"

namespace tutti::keras {

using nlohmann::json;

namespace {

constexpr std::uint64_t largest_ratio = 1000;  // unpacked to packed bytes, as for data sets

using Archive = std::unique_ptr<zip_t, decltype(&zip_discard)>;
using Entry = std::unique_ptr<zip_file_t, decltype(&zip_fclose)>;

/// An archive of bytes, which have to outlive it.
Archive open_archive(std::string_view bytes) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  Archive archive(source ? zip_open_from_source(source, ZIP_RDONLY, &error) : nullptr, zip_discard);
  const std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  if (archive) return archive;
  zip_source_free(source);
  throw Error("it is not a whole archive: ", reason);
}

/// An entry's bytes; an Error if it is missing, damaged, or says to be far larger than the archive.
std::string unpack(const Archive& archive, const char* name, std::uint64_t archive_size) {
  zip_stat_t about;
  if (zip_stat(archive.get(), name, 0, &about) != 0 || !(about.valid & ZIP_STAT_SIZE))
    throw Error("the archive has no ", name);
  if (about.size / largest_ratio > archive_size)
    throw Error(name, " would unpack to ", about.size, " bytes, more than such a file can hold");
  const Entry entry(zip_fopen(archive.get(), name, 0), zip_fclose);
  std::string bytes(about.size, '\0');
  if (!entry ||
      zip_fread(entry.get(), bytes.data(), bytes.size()) != static_cast<zip_int64_t>(bytes.size()))
    throw Error("cannot unpack ", name, " (", zip_strerror(archive.get()), ")");
  return bytes;
}

/// Weights "0", "1", 2 … of a folder, as many as there are.
std::vector<KerasLayer::Weight> numbered_weights(const hdf5::File& file, const std::string& folder,
                                                 std::uint64_t& budget) {
  std::vector<KerasLayer::Weight> weights;
  if (!hdf5::has_member(file, folder)) return weights;
  const hdf5::Group group = hdf5::open_group(file, folder);
  for (std::string name = "0"; hdf5::has_member(group, name);
       name = std::to_string(weights.size())) {
    hdf5::Array array = hdf5::read_floats(group, name, budget);
    weights.push_back({name, array.shape, std::move(array.values)});
  }
  return weights;
}

/// The weights of a layer and of those within it: a recurrent layer's are its cell's.
std::vector<KerasLayer::Weight> weights_in(const hdf5::File& file, const std::string& folder,
                                           std::uint64_t& budget) {
  auto weights = numbered_weights(file, folder + "/vars", budget);
  if (!weights.empty()) return weights;
  std::vector<const char*> parts = {"cell"};
  if (hdf5::has_member(file, folder + "/forward_layer"))  // beside it a "layer" without weights
    parts = {"forward_layer", "backward_layer"};
  else if (hdf5::has_member(file, folder + "/layer"))
    parts = {"layer"};
  for (const std::string part : parts) {
    const std::string inner = folder + '/' + part;
    if (!hdf5::has_member(file, inner)) continue;
    for (auto& weight : weights_in(file, inner, budget)) weights.push_back(std::move(weight));
  }
  return weights;
}

std::string lower_case(std::string text) {
  for (char& letter : text) letter = static_cast<char>(std::tolower(letter));
  return text;
}

/// The same of a layer of a description: of a model within it layer by layer.
std::vector<KerasLayer::Weight> weights_of(const hdf5::File& file, const KerasLayer& layer,
                                           const std::string& folder, std::uint64_t& budget) {
  const auto model = wrapped_model(layer);
  if (!model) return weights_in(file, folder, budget);
  std::vector<KerasLayer::Weight> weights;
  for (std::size_t i = 0; i < model->places.size(); ++i) {
    if (model->places[i].folder.empty()) continue;
    auto of_layer = weights_of(file, model->model.layers[i],
                               folder + "/layer/" + model->places[i].folder, budget);
    for (auto& weight : of_layer) weights.push_back(std::move(weight));
  }
  return weights;
}

/// compile_config as the training_config of .h5 files.
json training_config(const json& config) {
  const auto compiled = config.find("compile_config");
  if (compiled == config.end() || !compiled->is_object()) return nullptr;
  json training = *compiled;
  const json optimizer = training.value("optimizer", json());
  training.erase("optimizer");
  // A name alone stands for the optimizer with all its defaults.
  if (optimizer.is_string()) {
    for (const char* known : {"SGD", "RMSprop", "Adam", "AdamW"})
      if (lower_case(known) == optimizer.get<std::string>())
        training["optimizer_config"] = {{"class_name", known},
                                        {"config", {{"is_legacy_optimizer", false}}}};
  }
  if (optimizer.is_object()) {
    training["optimizer_config"] = optimizer;
    auto& settings = training["optimizer_config"]["config"];
    if (settings.is_object() && !settings.contains("is_legacy_optimizer"))
      settings["is_legacy_optimizer"] = false;  // archives came with the optimizers of Keras 2.11
  }
  return training;
}

}  // namespace

void read_folders(const hdf5::File& file, Description& description, std::uint64_t& budget) {
  for (std::size_t i = 0; i < description.places.size(); ++i) {
    const std::string& folder = description.places[i].folder;
    KerasLayer& layer = description.model.layers[i];
    if (!folder.empty()) layer.weights = weights_of(file, layer, folder, budget);  // not the input
  }
}

bool is_archive(std::string_view file) { return file.starts_with("PK"); }

KerasModel read_archive(std::string_view file, ReadOptimizer optimizer) {
  const Archive archive = open_archive(file);
  const json config = parse_json(unpack(archive, "config.json", file.size()), "config.json");
  const json metadata = parse_json(unpack(archive, "metadata.json", file.size()), "metadata.json");
  Description description = described_by(config);
  KerasModel& model = description.model;
  model.keras_version = metadata.at("keras_version");
  model.training_config = training_config(config);

  const std::string bytes = unpack(archive, "model.weights.h5", file.size());
  const hdf5::File weights = hdf5::open_bytes(bytes);
  std::uint64_t budget = bytes.size();
  read_folders(weights, description, budget);
  if (optimizer == ReadOptimizer::yes)
    model.optimizer_weights = numbered_weights(weights, "optimizer/vars", budget);
  return std::move(model);
}

}  // namespace tutti::keras
