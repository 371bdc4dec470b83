#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>

#include "datasets/fingerprint.h"
#include "kernels/device_names.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "models/calibration.h"
#include "models/mel/mel_ensemble.h"
#include "models/mel/windows.h"
#include "models/run/preprocessing.h"
#include "python/bindings/module.h"
#include "python/bindings/watch.h"

using namespace nanobind::literals;

namespace tutti::python {
namespace {

namespace fs = std::filesystem;

/// Calls field(name, place, least) for each option of a recipe that Python knows, by its name
/// there; the least value is 0 unless given.
template <class Field>
void each_option(MelRecipe& recipe, const Field& field) {
  field("members", recipe.cnns);
  field("statistics", recipe.statistics);
  field("not_music", recipe.not_music);
  field("channels", recipe.cnn.channels, 1);
  field("crop", recipe.cnn.crop, 1);
  field("equalizer", recipe.cnn.distortion.equalizer);
  field("shift", recipe.cnn.distortion.shift);
  field("mask", recipe.cnn.distortion.mask);
  field("mixup", recipe.cnn.mixup);
  field("dropout", recipe.cnn.dropout);
  field("epochs", recipe.cnn.epochs, 1);
  field("batch_size", recipe.cnn.batch, 1);
  field("learning_rate", recipe.cnn.learning_rate);
  field("units", recipe.network.units, 1);
  field("statistics_dropout", recipe.network.dropout);
  field("statistics_epochs", recipe.network.epochs, 1);
  field("seed", recipe.seed);
}

nb::dict default_options() {
  MelRecipe recipe;
  nb::dict options;
  each_option(recipe, [&](const char* name, const auto& value, int = 0) { options[name] = value; });
  return options;
}

MelRecipe recipe_of(const nb::dict& options) {
  MelRecipe recipe;
  each_option(recipe, [&]<class T>(const char* name, T& value, int least = 0) {
    if (!nb::try_cast<T>(options[name], value))
      throw Error(name, " is ", nb::repr(options[name]).c_str(), "; it is a ",
                  std::is_integral_v<T> ? "whole number" : "number");
    if (!(value >= static_cast<T>(least)))
      throw Error(name, ' ', value, ": it is at least ", least);
  });
  return recipe;
}

/// Pictures one after another, uint8 [frames of all, bands], by how many frames each has.
Clips clips_of(const AnyArray& frames, const Labels& lengths) {
  Clips clips;
  clips.frames = tensor_over(frames);
  std::int64_t first = 0;
  for (const auto length : to_vector(lengths)) {
    clips.spans.push_back({first, length});
    first += length;
  }
  return clips;
}

/// An ensemble and how it is used: what a run says of one.
struct MelClassifier {
  MelEnsemble ensemble;
  RunFile run;
  MelPreprocessing preprocessing;

  /// The vote's probabilities [n, classes].
  Tensor score(const Clips& clips) const {
    const auto rows = row_numbers(0, std::ssize(clips.spans));
    const Tensor scores = ensemble.score(windows_of(clips, preprocessing.frames), rows);
    return Tensor::from({scores.dim(1), scores.dim(2)}, tempered_mean(scores, run.temperature));
  }
};

RunFile run_of(const Clips& clips, const std::vector<std::string>& classes, const MelRecipe& recipe,
               const MelPreprocessing& preprocessing) {
  RunFile run;
  run.kind = ModelKind::melcnn;
  run.classes = classes;
  run.fingerprint = hex(fnv({reinterpret_cast<const char*>(clips.frames.data<std::uint8_t>()),
                             static_cast<std::size_t>(clips.frames.size())}));
  run.members = recipe.cnns + recipe.statistics;
  run.preprocessing = to_json(preprocessing);
  return run;
}

/// The first `train` clips train, the others validate and say the temperature.
nb::tuple fit_mel(const AnyArray& frames, const Labels& lengths, const Labels& y,
                  std::int64_t train, const std::vector<std::string>& classes,
                  const nb::dict& options, const std::string& device, nb::object on_step,
                  nb::object on_epoch) {
  MelRecipe recipe = recipe_of(options);
  recipe.network.batch = recipe.cnn.batch;
  recipe.device = from_name<Device>(device);
  const Clips clips = clips_of(frames, lengths);
  const std::vector<std::int32_t> labels = to_vector(y);
  const ClipExamples training{clips, labels, row_numbers(0, train)},
      validation{clips, labels, row_numbers(train, std::ssize(labels))};
  const MelPreprocessing preprocessing{PictureScale::mel128, clips.bands(),
                                       std::max(usual_frames(clips), recipe.cnn.crop)};
  const auto genres = std::ssize(classes);

  Watch watch(std::move(on_step), std::move(on_epoch));
  const auto observe = [&](MelNetwork kind, int) {
    const bool first = !recipe.cnns || kind == MelNetwork::cnn;
    return first ? watch.observer() : watch.silent_observer();
  };
  std::optional<MelClassifier> classifier;
  History history;
  {
    const nb::gil_scoped_release unlock;
    const Tensor windows = windows_of(clips, preprocessing.frames);
    classifier.emplace(MelEnsemble(training, windows, genres, recipe),
                       run_of(clips, classes, recipe, preprocessing), preprocessing);
    history = classifier->ensemble.train(training, validation, windows, watch.token(), observe);
    if (!validation.rows.empty() && !watch.token().stop_requested())
      classifier->run.temperature = fit_temperature(
          classifier->ensemble.score(windows, validation.rows), labels_of(labels, validation.rows));
  }
  return nb::make_tuple(nb::cast(std::move(*classifier)), array_of(history), watch.problem());
}

void save(const MelClassifier& classifier, const fs::path& folder) {
  const nb::gil_scoped_release unlock;
  fs::create_directories(folder);
  for (const auto& entry : fs::directory_iterator(folder))
    if (is_mel_network(entry.path())) fs::remove(entry.path());
  classifier.ensemble.save(folder);
  write_file(folder / "run.json", to_json(classifier.run).dump(2) + '\n');
}

MelClassifier load_mel(const fs::path& folder, const std::string& device) {
  const nb::gil_scoped_release unlock;
  RunFile run = read_run_file(folder);
  if (run.kind != ModelKind::melcnn)
    throw Error(run.path().string(), ": is of the kind ", name(run.kind), ", not melcnn");
  const MelPreprocessing preprocessing = mel_preprocessing(run);
  MelEnsemble ensemble = MelEnsemble::load(run.folder, from_name<Device>(device));
  if (ensemble.genres() != std::ssize(run.classes))
    throw Error(run.folder.string(), ": its networks tell ", ensemble.genres(),
                " classes apart, run.json names ", run.classes.size());
  return {std::move(ensemble), std::move(run), preprocessing};
}

}  // namespace

void add_mel(nb::module_& module) {
  nb::class_<MelClassifier>(module, "MelClassifier")
      .def_prop_ro("members", [](const MelClassifier& c) { return c.ensemble.size(); })
      .def_prop_ro("classes", [](const MelClassifier& c) { return c.run.classes; })
      .def_prop_ro("bands", [](const MelClassifier& c) { return c.preprocessing.bands; })
      .def_prop_ro("temperature", [](const MelClassifier& c) { return c.run.temperature; })
      .def(
          "predict",
          [](const MelClassifier& classifier, const AnyArray& frames, const Labels& lengths) {
            const Clips clips = clips_of(frames, lengths);
            return array_unlocked([&] { return classifier.score(clips); });
          },
          "frames"_a, "lengths"_a, "The vote's probabilities, float32 [n, classes].")
      .def("save", save, "folder"_a, "Writes the folder of a run.");
  module.def("mel_options", default_options, "Options of fit_mel with their defaults.");
  module.def("fit_mel", fit_mel, "frames"_a, "lengths"_a, "y"_a, "train"_a, "classes"_a,
             nb::kw_only(), "options"_a, "device"_a, "on_step"_a.none(), "on_epoch"_a.none(),
             "Trains on the first pictures, uint8 [frames of all, bands] by their lengths, and "
             "validates on the others. Returns the classifier, the history, float64 [epochs, "
             "members, 4], and what ended the training early, or None.");
  module.def("load_mel", load_mel, "folder"_a, "device"_a,
             "The classifier that a run's folder holds.");
}

}  // namespace tutti::python
