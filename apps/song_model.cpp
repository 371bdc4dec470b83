#include "apps/song_model.h"

#include <memory>
#include <numeric>

#include "apps/feature_options.h"
#include "apps/run_directory.h"
#include "datasets/audio/song_features.h"
#include "datasets/picture.h"
#include "datasets/song_pictures.h"
#include "datasets/song_table.h"
#include "kernels/support/error.h"
#include "models/ensemble.h"

namespace tutti {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

Tensor picture_of(const std::vector<float>& samples, PictureScale scale) {
  Tensor input =
      Tensor::empty({1, picture_times, picture_frequencies, 1}, DType::uint8, Device::cpu);
  write_time_first(song_picture(samples, scale), input.data<std::uint8_t>());
  return input;
}

Tensor features_of(const std::vector<float>& samples, LibrosaVersion compat) {
  const auto features = song_features(samples, compat);
  return Tensor::from({1, static_cast<std::int64_t>(features.size())},
                      std::vector<float>(features.begin(), features.end()));
}

/// What run.json says under "preprocessing"; `unknown` is what it means that it does not.
std::string preprocessing(const fs::path& folder, const json& run, const char* key,
                          const char* unknown) {
  const json& settings = run.at("preprocessing");
  if (settings.contains(key) && settings[key].is_string()) return settings[key];
  throw Error(folder.string(), ": cannot judge songs: it was trained on ", unknown);
}

Scorer ensemble_scorer(const fs::path& folder, const json& run, Device device) {
  const auto ensemble = std::make_shared<Ensemble>(Ensemble::load_model(folder, device));
  expect_classes(folder, *ensemble, classes_of(run));
  return [ensemble](const Tensor& inputs) { return ensemble->predict_classifiers(inputs).scores; };
}

Scorer feature_scorer(const fs::path& folder, const json& run, Device device) {
  const auto classifier =
      std::make_shared<FeatureClassifiers>(load_classifier(folder, run, device));
  return [classifier](const Tensor& inputs) {
    FeatureTable table;
    table.values = inputs;
    std::vector<std::int32_t> rows(static_cast<std::size_t>(inputs.dim(0)));
    std::iota(rows.begin(), rows.end(), 0);
    return Tensor::from({1, inputs.dim(0), classifier->model.classes()},
                        classifier->predict(0, table, rows));
  };
}

}  // namespace

Scorer load_scorer(const fs::path& folder, const json& run, Device device) {
  return run.at("model") == "ensemble" ? ensemble_scorer(folder, run, device)
                                       : feature_scorer(folder, run, device);
}

Preprocessor make_preprocessor(const fs::path& folder, const json& run) {
  if (run.at("model") == "ensemble") {
    const auto scale = scale_named(
        preprocessing(folder, run, "scale",
                      "pictures that do not say how they were made from sound, in a tree without "
                      "the spectrogram.json that tutti spectrogram writes; give it pictures"));
    return [scale](const std::vector<float>& samples) { return picture_of(samples, scale); };
  }
  const auto compat = librosa_version_named(preprocessing(
      folder, run, "compat", "features that do not say how they were made; train it again"));
  return [compat](const std::vector<float>& samples) { return features_of(samples, compat); };
}

void expect_same_pictures(const fs::path& folder, const json& run, const fs::path& tree) {
  const json trained = run.at("preprocessing").value("scale", json());
  const auto scale = scale_of_tree(tree);
  if (scale && trained.is_string() && trained != name(*scale))
    throw Error(tree.string(), ": its pictures are of the scale ", name(*scale), ", those that ",
                folder.string(), " was trained on of ", trained.get<std::string>());
}

void expect_same_features(const fs::path& folder, const json& run, const fs::path& table) {
  const json trained = run.at("preprocessing").value("compat", json());
  const auto compat = librosa_version_of_table(table);
  if (compat && trained.is_string() && trained != name(*compat))
    throw Error(table.string(), ": its features are those of librosa ", name(*compat),
                ", those that ", folder.string(), " was trained on of ", trained.get<std::string>(),
                "; make it with tutti features --compat ", trained.get<std::string>());
}

void expect_classes(const fs::path& folder, const Ensemble& ensemble,
                    const std::vector<std::string>& classes) {
  if (ensemble.classes() != static_cast<std::int64_t>(classes.size()))
    throw Error(folder.string(), ": the members tell ", ensemble.classes(), " classes apart, not ",
                classes.size(), " as named");
}

void add_classes_to(CLI::App& command, std::vector<std::string>& classes,
                    const std::string& usual) {
  command
      .add_option("--classes", classes,
                  "Names of the classes, in the order of the outputs, where RUN holds no run.json" +
                      (usual.empty() ? "" : "; without it " + usual))
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("A,B,…");
}

}  // namespace tutti
