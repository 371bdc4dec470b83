#pragma once
#include <stop_token>

#include "datasets/clips.h"
#include "engine/training/train.h"
#include "models/mel/distortion.h"
#include "models/mel/outliers.h"

namespace tutti {

/// How MelCnns are made and trained. What was measured of it: benchmarks/results.
struct MelCnnRecipe {
  std::int64_t channels = 128;
  double dropout = 0.5;
  std::int64_t crop = 128;  // frames that a network sees at once
  Distortion distortion = {.equalizer = 6, .shift = 2, .mask = 20};
  double mixup = 0;  // see RandomCropOptions
  int epochs = 240, batch = 32;
  double learning_rate = 3e-3;  // the highest, at the start; down to 0 along a cosine
  std::int64_t shards = 0;      // data-parallel: see TrainerOptions
  Outliers outliers = {};       // crops [n, crop, bands]
};

/// Convolutions over time with the bands as channels, for crops [frames, bands]: each band
/// standardized; four convolutions of kernel 3, the last of twice the channels, with batch
/// normalization and relu, the last three halving time by maximum; mean and maximum over time,
/// dropout, softmax. An Error if a crop is too short to be halved so often.
Model mel_cnn(std::int64_t frames, std::int64_t bands, std::int64_t genres,
              const MelCnnRecipe& recipe);

/// Some clips of a collection, with the labels of all of it.
struct ClipExamples {
  const Clips& clips;
  const std::vector<std::int32_t>& labels;
  std::vector<std::int32_t> rows;
};

/// Such networks for crops of these clips, one for each stream, with their initial weights.
Model build_mel_cnns(const ClipExamples& training, std::int64_t genres,
                     const std::vector<RandomStream>& members, const MelCnnRecipe& recipe,
                     Device device);

/// Trains them side by side on random crops of the clips; validated, if there are clips to, on a
/// crop from the middle of each.
TrainResult train_mel_cnns(Model& cnns, const ClipExamples& training,
                           const ClipExamples& validation, const std::vector<RandomStream>& members,
                           const MelCnnRecipe& recipe, std::stop_token stop = {},
                           const TrainObserver& observer = {},
                           const TrainCheckpoint* from = nullptr);

/// Every network's probabilities for windows (see windows.h), float32 [members, rows, genres]: over
/// crops from start to end, the mean.
Tensor predict_by_crops(const Model& cnns, const Tensor& windows,
                        const std::vector<std::int32_t>& rows);

}  // namespace tutti
