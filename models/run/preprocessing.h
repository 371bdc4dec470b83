#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "datasets/audio/librosa_version.h"
#include "datasets/scaler.h"
#include "datasets/song_pictures.h"
#include "engine/tensor.h"
#include "models/genre_cnn.h"
#include "models/run/file.h"

/// How inputs are made: "preprocessing" of run.json. Each is written and read here.
namespace tutti {

/// What a model takes, [1, …], of a window of a song: mono samples at song_rate.
using Preprocessor = std::function<Tensor(const std::vector<float>& samples)>;

/// Of models of spectrogram pictures.
struct PicturePreprocessing {
  PixelNormalization normalization =
      PixelNormalization::none;       // for people: the model's file applies it
  std::optional<PictureScale> scale;  // nothing if the pictures did not say it
};
nlohmann::json to_json(const PicturePreprocessing& preprocessing);

/// Of models of mel pictures.
struct MelPreprocessing {
  PictureScale scale = PictureScale::mel128;
  std::int64_t bands = 0, frames = 0;  // of a window
};
nlohmann::json to_json(const MelPreprocessing& preprocessing);

/// Of models of the 28 features of a song.
struct FeaturePreprocessing {
  Scaling scaling = Scaling::none;
  Scaler scaler;
  std::optional<LibrosaVersion> librosa_version;  // nothing in runs of old, which did not say it
};
nlohmann::json to_json(const FeaturePreprocessing& preprocessing);

/// An Error names the file and the field that is missing, not known or wrong.
PicturePreprocessing picture_preprocessing(const RunFile& run);
FeaturePreprocessing feature_preprocessing(const RunFile& run);
MelPreprocessing mel_preprocessing(const RunFile& run);

/// The spectrogram, uint8 [1, 2900, 127, 1] or [1, frames, bands], or the features, float32 [1, 28]
/// not yet scaled, of a window. An Error names the run if it does not say how its own were made.
Preprocessor preprocessor(const RunFile& run, const PicturePreprocessing& preprocessing);
Preprocessor preprocessor(const RunFile& run, const FeaturePreprocessing& preprocessing);
Preprocessor preprocessor(const MelPreprocessing& preprocessing);

}  // namespace tutti
