#include "models/mel/mel_cnn.h"

#include <algorithm>
#include <numeric>

#include "engine/layers/conv2d.h"
#include "engine/layers/dense.h"
#include "engine/layers/noise/dropout.h"
#include "engine/layers/normalization/batch_normalization.h"
#include "engine/layers/pooling2d.h"
#include "engine/members.h"
#include "engine/training/prediction.h"
#include "models/mel/random_crops.h"
#include "models/mel/standardization.h"
#include "models/mel/windows.h"

namespace tutti {
namespace {

constexpr std::size_t clips_at_once = 16;

Pooling2D pooling(Pooling kind) { return Pooling2D({.pooling = kind, .dimensions = 1}); }

Pooling2D halved_time() { return Pooling2D({.window = pairs_of_rows, .dimensions = 1}); }

/// Of every band over all frames of some clips.
Moments band_moments(const ClipExamples& clips) {
  MomentSums sums(static_cast<std::size_t>(clips.clips.bands()));
  for (const auto row : clips.rows) {
    const Span& span = clips.clips.spans.at(static_cast<std::size_t>(row));
    for (std::int64_t t = 0; t < span.frames; ++t)
      sums.add(clips.clips.begin(span) + t * clips.clips.bands());
  }
  return sums.moments();
}

/// A crop from the middle of each of some clips, with their labels.
MemberExamples middles(const ClipExamples& from, std::int64_t frames, std::size_t members) {
  MemberExamples examples;
  if (from.rows.empty()) return examples;
  Clips some;
  some.frames = from.clips.frames;
  for (const auto row : from.rows)
    some.spans.push_back(from.clips.spans.at(static_cast<std::size_t>(row)));
  examples.x = windows_of(some, frames);
  examples.labels = labels_of(from.labels, from.rows);
  std::vector<std::int32_t> all(from.rows.size());
  std::iota(all.begin(), all.end(), 0);
  examples.rows.assign(members, all);
  return examples;
}

}  // namespace

Model mel_cnn(std::int64_t frames, std::int64_t bands, std::int64_t genres,
              const MelCnnRecipe& recipe) {
  Model model(Shape{frames, bands});
  Model::Value last = model.add(standardization());
  for (int i = 0; i < 4; ++i) {
    model.add(Conv2D({.filters = (i == 3 ? 2 : 1) * recipe.channels,
                      .kernel_height = 3,
                      .kernel_width = 1,
                      .dimensions = 1,
                      .use_bias = false}));
    model.add(BatchNormalization({.momentum = 0.9}));  // few clips are few steps
    if (i > 0) model.add(halved_time());  // before relu, which then has half as much to do
    last = model.add(Relu());
  }
  const auto mean = model.add(pooling(Pooling::average), {last});
  const auto maximum = model.add(pooling(Pooling::max), {last});
  model.add(Concatenate(), {mean, maximum});
  model.add(Dropout(recipe.dropout));
  model.add(Dense({.units = genres, .activation = Activation::softmax}));
  return model;
}

Model build_mel_cnns(const ClipExamples& training, std::int64_t genres,
                     const std::vector<RandomStream>& members, const MelCnnRecipe& recipe,
                     Device device) {
  Model cnns = mel_cnn(recipe.crop, training.clips.bands(), genres, recipe);
  cnns.build(streams_for(Purpose::initialization, members), device);
  set_moments(cnns, band_moments(training));
  return cnns;
}

TrainResult train_mel_cnns(Model& cnns, const ClipExamples& training,
                           const ClipExamples& validation, const std::vector<RandomStream>& members,
                           const MelCnnRecipe& recipe, std::stop_token stop,
                           const TrainObserver& observer, const TrainCheckpoint* from) {
  const std::int64_t steps =
      std::max<std::int64_t>(1, std::ssize(training.rows) / std::max(1, recipe.batch));
  TrainOptions options;
  options.epochs = recipe.epochs;
  options.batch_size = recipe.batch;
  options.learning_rate = CosineDecay(recipe.learning_rate, recipe.epochs * steps);
  options.drop_last = true;
  options.shards = recipe.shards;
  options.augment = with_outliers(
      recipe.outliers, cnns.classes(),
      random_crops(training.clips, {recipe.crop, recipe.distortion, recipe.mixup, cnns.classes()}));
  // The hook makes x of the rows, so there is nothing to gather.
  const Tensor none = Tensor::zeros({std::ssize(training.labels), 1}, DType::uint8, Device::cpu);
  return train(cnns,
               {members,
                {none, training.labels, MemberRows(members.size(), training.rows)},
                middles(validation, recipe.crop, members.size())},
               options, std::move(stop), observer, from);
}

Tensor predict_by_crops(const Model& cnns, const Tensor& windows,
                        const std::vector<std::int32_t>& rows) {
  const std::int64_t length = cnns.input_shape()[0], each = crops_in(windows.dim(1), length),
                     classes = cnns.classes(), members = cnns.members();
  const auto n = std::ssize(rows);
  std::vector<float> all(static_cast<std::size_t>(members * n * classes));
  for (std::size_t first = 0; first < rows.size(); first += clips_at_once) {
    const auto last = std::min(first + clips_at_once, rows.size());
    const Tensor crops = crops_of(windows,
                                  {rows.begin() + static_cast<std::ptrdiff_t>(first),
                                   rows.begin() + static_cast<std::ptrdiff_t>(last)},
                                  length);
    std::vector<std::int32_t> every(static_cast<std::size_t>(crops.dim(0)));
    std::iota(every.begin(), every.end(), 0);
    const auto p = predict_probabilities(cnns, crops, every).to_vector<float>();
    const auto count = static_cast<std::int64_t>(last - first);
    for (std::int64_t m = 0; m < members; ++m)
      for (std::int64_t i = 0; i < count * each; ++i)
        for (std::int64_t k = 0; k < classes; ++k)
          all[static_cast<std::size_t>(
              (m * n + static_cast<std::int64_t>(first) + i / each) * classes + k)] +=
              p[static_cast<std::size_t>((m * count * each + i) * classes + k)] /
              static_cast<float>(each);
  }
  return Tensor::from({members, n, classes}, all);
}

}  // namespace tutti
