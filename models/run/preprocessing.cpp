#include "models/run/preprocessing.h"

#include <cmath>

#include "datasets/audio/audio.h"
#include "datasets/audio/song_features.h"
#include "datasets/feature_table.h"
#include "datasets/picture.h"
#include "kernels/support/error.h"
#include "models/mel/windows.h"
#include "models/run/fields.h"

namespace tutti {
namespace {

using nlohmann::json;

// Of pictures, then of features. "scale" is a word of the ones and numbers of the others.
constexpr const char *height = "height", *width = "width", *normalize = "normalize",
                     *scale = "scale", *scaling = "scaling", *features = "features",
                     *offset = "offset", *compat = "compat";
// Of mel pictures, beside scale.
constexpr const char *bands = "bands", *frames = "frames";
constexpr std::int64_t most_frames = 1 << 20;  // seven hours

template <class T>
json word_or_null(const std::optional<T>& value) {
  return value ? json(name(*value)) : json();
}

RunFields fields_of(const RunFile& run) {
  return {run.preprocessing, run.path(), "preprocessing."};
}

std::vector<double> column_numbers(const RunFields& fields, const char* key) {
  const auto numbers = fields.get<std::vector<double>>(key);
  if (numbers.size() != feature_names().size())
    fields.fail(key, "is of " + std::to_string(numbers.size()) + " features, not " +
                         std::to_string(feature_names().size()));
  return numbers;
}

[[noreturn]] void not_known(const RunFile& run, const char* what) {
  throw Error(run.folder.string(), ": cannot classify songs: it was trained on ", what);
}

}  // namespace

json to_json(const PicturePreprocessing& p) {
  return {{height, picture_frequencies},
          {width, picture_times},
          {normalize, name(p.normalization)},
          {scale, word_or_null(p.scale)}};
}

json to_json(const FeaturePreprocessing& p) {
  return {{scaling, name(p.scaling)},
          {features, feature_names()},
          {offset, p.scaler.offset},
          {scale, p.scaler.scale},
          {compat, word_or_null(p.librosa_version)}};
}

json to_json(const MelPreprocessing& p) {
  return {{scale, name(p.scale)}, {bands, p.bands}, {frames, p.frames}};
}

PicturePreprocessing picture_preprocessing(const RunFile& run) {
  if (run.preprocessing.is_null()) return {};
  const RunFields fields = fields_of(run);
  fields.expect_only({height, width, normalize, scale});
  if (fields.get<std::int64_t>(height) != picture_frequencies)
    fields.fail(height, "is not " + std::to_string(picture_frequencies));
  if (fields.get<std::int64_t>(width) != picture_times)
    fields.fail(width, "is not " + std::to_string(picture_times));
  return {fields.word<PixelNormalization>(normalize), fields.find_word<PictureScale>(scale)};
}

FeaturePreprocessing feature_preprocessing(const RunFile& run) {
  const RunFields fields = fields_of(run);
  fields.expect_only({scaling, features, offset, scale, compat});
  if (fields.get<std::vector<std::string>>(features) != feature_names())
    fields.fail(features, "are not those of the published tables, in their order");
  return {fields.word<Scaling>(scaling),
          {column_numbers(fields, offset), column_numbers(fields, scale)},
          fields.find_word<LibrosaVersion>(compat)};
}

MelPreprocessing mel_preprocessing(const RunFile& run) {
  const RunFields fields = fields_of(run);
  fields.expect_only({scale, bands, frames});
  MelPreprocessing p{fields.word<PictureScale>(scale), fields.get<std::int64_t>(bands),
                     fields.get<std::int64_t>(frames)};
  if (p.bands < 1) fields.fail(bands, "is not 1 or more");
  if (p.frames < 1 || p.frames > most_frames)
    fields.fail(frames, "is not between 1 and " + std::to_string(most_frames));
  return p;
}

Preprocessor preprocessor(const RunFile& run, const PicturePreprocessing& p) {
  if (!p.scale)
    not_known(run,
              "pictures that do not say how they were made from sound, in a tree without the "
              "spectrogram.json that tutti spectrogram writes; give it pictures");
  return [scale = *p.scale](const std::vector<float>& samples) {
    Tensor input =
        Tensor::empty({1, picture_times, picture_frequencies, 1}, DType::uint8, Device::cpu);
    write_time_first(song_picture(samples, scale), input.data<std::uint8_t>());
    return input;
  };
}

Preprocessor preprocessor(const RunFile& run, const FeaturePreprocessing& p) {
  if (!p.librosa_version)
    not_known(run, "features that do not say how they were made; train it again");
  return [version = *p.librosa_version](const std::vector<float>& samples) {
    const auto values = song_features(samples, version);
    return Tensor::from({1, static_cast<std::int64_t>(values.size())},
                        std::vector<float>(values.begin(), values.end()));
  };
}

Preprocessor preprocessor(const MelPreprocessing& p) {
  return [p](const std::vector<float>& samples) {
    return window_of(song_picture(samples, p.scale), p.frames);
  };
}

}  // namespace tutti
