#include "models/mel/mel_ensemble.h"

#include <algorithm>
#include <numeric>

#include "datasets/audio/mel_picture.h"
#include "datasets/audio/song_statistics.h"
#include "engine/members.h"
#include "engine/training/prediction.h"
#include "engine/training/train_state.h"
#include "kernels/support/error.h"
#include "kernels/support/text.h"
#include "models/keras/layers.h"
#include "models/keras/save.h"
#include "models/mel/outliers.h"
#include "models/mel/windows.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

// The number of each kind's first member. They never meet, so that a network is the same whatever
// trains beside it.
constexpr std::int64_t first_cnn = 0, first_statistics = 1'000'000;
constexpr std::int64_t fewest_sounds = 8, most_sounds = 200;  // each takes 50 ms to make

fs::path file_of(const fs::path& folder, MelNetwork kind, std::int64_t member) {
  return folder / (std::string(name(kind)) + "_" + std::to_string(member) + ".h5");
}

std::vector<RandomStream> streams(const MelRecipe& recipe, bool of_cnns) {
  return of_cnns ? member_streams(recipe.seed, recipe.cnns, first_cnn)
                 : member_streams(recipe.seed, recipe.statistics, first_statistics);
}

/// Examples of statistics [clips * pieces, columns] of some clips.
Examples examples_of(const Tensor& statistics, const ClipExamples& from) {
  std::vector<std::int32_t> labels, rows(static_cast<std::size_t>(statistics.dim(0)));
  std::iota(rows.begin(), rows.end(), 0);
  const auto each = rows.size() / from.rows.size();
  for (const auto label : labels_of(from.labels, from.rows))
    labels.insert(labels.end(), each, label);
  return {statistics, labels, rows};
}

/// Of each clip as a whole.
Examples whole_examples(const ClipExamples& from, const Tensor& windows) {
  if (from.rows.empty()) return {};
  return examples_of(statistics_of(windows, from.rows), from);
}

/// Makes the probabilities [networks, rows, genres] of windows that hold one level only equal.
void level_silence(const Tensor& windows, const std::vector<std::int32_t>& rows, Tensor& scores) {
  const std::int64_t size = windows.dim(1) * windows.dim(2), genres = scores.dim(2);
  const auto* const levels = windows.data<std::uint8_t>();
  auto* const p = scores.data<float>();
  for (std::int64_t i = 0; i < std::ssize(rows); ++i) {
    const auto* const window = levels + rows[static_cast<std::size_t>(i)] * size;
    if (std::any_of(window, window + size, [&](auto level) { return level != *window; })) continue;
    for (std::int64_t network = 0; network < scores.dim(0); ++network)
      std::fill_n(p + (network * std::ssize(rows) + i) * genres, genres,
                  1.0f / static_cast<float>(genres));
  }
}

/// The networks of a kind in a folder, if there are any.
std::optional<Model> loaded(const fs::path& folder, MelNetwork kind, Device device) {
  std::vector<fs::path> files;
  while (fs::exists(file_of(folder, kind, std::ssize(files))))
    files.push_back(file_of(folder, kind, std::ssize(files)));
  std::optional<Model> model;
  if (files.empty()) return model;
  read_keras_files(files, ReadOptimizer::no, [&](std::size_t m, const KerasModel& file) {
    try {
      if (!model) model = built_from_keras(file, std::ssize(files), device);
      set_weights(*model, static_cast<std::int64_t>(m), file);
    } catch (const Error& problem) {
      throw Error(files[m].string(), ": ", problem.what());
    }
  });
  return model;
}

/// What the last layer, dense, takes.
std::int64_t last_inputs(const Model& model) {
  const auto parameters = model.parameters();
  return parameters.at(parameters.size() - 2).variable.value().dim(1);
}

/// Gives networks the weights of others, but for a last layer of other genres.
void start_from(std::optional<Model>& networks, const std::optional<Model>& from,
                bool same_genres) {
  if (!networks) return;
  for (std::int64_t m = 0; m < networks->members(); ++m) {
    MemberValues values = member_values(from->parameters(), m);
    const MemberValues own = member_values(networks->parameters(), m);
    if (!same_genres) std::copy(own.end() - 2, own.end(), values.end() - 2);
    set_member_values(networks->parameters(), m, values);
  }
}

/// The recipe with sounds that are not music for outliers, half as many as clips within limits.
MelRecipe with_sounds(MelRecipe recipe, const ClipExamples& training, std::int64_t frames) {
  if (!(recipe.not_music >= 0 && recipe.not_music < 1))
    throw Error("a share of ", recipe.not_music,
                " that is no music; it is at least 0, and below 1");
  if (recipe.not_music == 0 || training.clips.bands() != mel_picture_bands) return recipe;
  const auto count =
      std::clamp<std::int64_t>(std::ssize(training.rows) / 2, fewest_sounds, most_sounds);
  const Tensor windows = not_music_windows(count, frames);
  std::vector<std::int32_t> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  if (recipe.cnns)
    recipe.cnn.outliers = {crops_of(windows, all, recipe.cnn.crop), recipe.not_music};
  if (recipe.statistics)
    recipe.network.outliers = {statistics_of_pieces(windows, all), recipe.not_music};
  return recipe;
}

}  // namespace

MelRecipe MelEnsemble::fine_tuning(MelEnsemble from, bool same_genres, MelRecipe recipe) {
  recipe.cnns = from.cnns_ ? from.cnns_->members() : 0;
  recipe.statistics = from.statistics_ ? from.statistics_->members() : 0;
  if (from.cnns_) {
    recipe.cnn.crop = from.cnns_->input_shape()[0];
    recipe.cnn.channels = last_inputs(*from.cnns_) / 4;  // mean and maximum of twice as many
  }
  if (from.statistics_) recipe.network.units = last_inputs(*from.statistics_);
  recipe.from = std::make_shared<const MelEnsemble>(std::move(from));
  recipe.same_genres = same_genres;
  return recipe;
}

MelEnsemble::MelEnsemble(const ClipExamples& training, const Tensor& windows, std::int64_t genres,
                         const MelRecipe& recipe)
    : recipe_(recipe) {
  if (recipe.cnns < 0 || recipe.statistics < 0 || recipe.cnns + recipe.statistics == 0)
    throw Error("an ensemble of ", recipe.cnns, " CNNs and ", recipe.statistics,
                " networks on statistics; it takes at least one of either");
  if (recipe.cnns)
    cnns_ = build_mel_cnns(training, genres, streams(recipe, true), recipe.cnn, recipe.device);
  if (recipe.statistics)
    statistics_ = build_statistics_networks(whole_examples(training, windows), genres,
                                            streams(recipe, false), recipe.network, recipe.device);
  if (!recipe.from) return;
  start_from(cnns_, recipe.from->cnns_, recipe.same_genres);
  start_from(statistics_, recipe.from->statistics_, recipe.same_genres);
}

History MelEnsemble::train(const ClipExamples& training, const ClipExamples& validation,
                           const Tensor& windows, std::stop_token stop, const Observe& observe,
                           const TrainCheckpoint* cnns) {
  const MelRecipe recipe = with_sounds(recipe_, training, windows.dim(1));
  const auto observer = [&](MelNetwork kind, int epochs) {
    return observe ? observe(kind, epochs) : TrainObserver();
  };
  TrainResult first;
  if (cnns_)
    first = train_mel_cnns(*cnns_, training, validation, streams(recipe, true), recipe.cnn, stop,
                           observer(MelNetwork::cnn, recipe.cnn.epochs), cnns);
  if (!statistics_ || first.stopped) return first.history;
  auto second =
      train_statistics_networks(
          *statistics_, examples_of(statistics_of_pieces(windows, training.rows), training),
          whole_examples(validation, windows), streams(recipe, false), recipe.network, stop,
          observer(MelNetwork::statistics, recipe.network.epochs))
          .history;
  return cnns_ ? first.history : second;
}

Tensor MelEnsemble::score(const Tensor& windows, const std::vector<std::int32_t>& rows) const {
  std::vector<Tensor> scores;
  if (cnns_) scores.push_back(predict_by_crops(*cnns_, windows, rows));
  if (statistics_) {
    const Tensor x = statistics_of(windows, rows);
    std::vector<std::int32_t> all(rows.size());
    std::iota(all.begin(), all.end(), 0);
    scores.push_back(predict_probabilities(*statistics_, x, all));
  }
  Tensor all = Tensor::joined(scores).to(Device::cpu);
  level_silence(windows, rows, all);
  return all;
}

void MelEnsemble::save(const fs::path& folder) const {
  const auto save_all = [&](MelNetwork kind, const std::optional<Model>& model) {
    for (std::int64_t m = 0; model && m < model->members(); ++m)
      tutti::save(*model, file_of(folder, kind, m), m);
  };
  save_all(MelNetwork::cnn, cnns_);
  save_all(MelNetwork::statistics, statistics_);
}

MelEnsemble MelEnsemble::load(const fs::path& folder, Device device) {
  MelEnsemble ensemble;
  ensemble.cnns_ = loaded(folder, MelNetwork::cnn, device);
  ensemble.statistics_ = loaded(folder, MelNetwork::statistics, device);
  if (ensemble.size() == 0)
    throw Error(folder.string(), ": holds no melcnn_0.h5 and no statistics_0.h5");
  if (ensemble.cnns_ && ensemble.cnns_->input_shape().size() != 2)
    throw Error(file_of(folder, MelNetwork::cnn, 0).string(), ": takes ",
                ensemble.cnns_->input_shape(), ", not crops of [frames, bands]");
  const std::int64_t columns = std::ssize(statistic_names());
  if (ensemble.statistics_ && ensemble.statistics_->input_shape() != Shape{columns})
    throw Error(file_of(folder, MelNetwork::statistics, 0).string(), ": takes ",
                ensemble.statistics_->input_shape(), ", not ", columns, " statistics");
  if (ensemble.cnns_ && ensemble.statistics_ &&
      ensemble.cnns_->classes() != ensemble.statistics_->classes())
    throw Error(folder.string(), ": its CNNs tell ", ensemble.cnns_->classes(),
                " classes apart, its networks on statistics ", ensemble.statistics_->classes());
  return ensemble;
}

std::int64_t MelEnsemble::size() const {
  return (cnns_ ? cnns_->members() : 0) + (statistics_ ? statistics_->members() : 0);
}

std::int64_t MelEnsemble::genres() const { return (cnns_ ? cnns_ : statistics_)->classes(); }

std::optional<std::int64_t> MelEnsemble::crop() const {
  if (!cnns_) return std::nullopt;
  return cnns_->input_shape()[0];
}

std::optional<std::int64_t> MelEnsemble::bands() const {
  if (!cnns_) return std::nullopt;
  return cnns_->input_shape()[1];
}

bool is_mel_network(const fs::path& file) {
  const std::string name = file.filename().string();
  return std::ranges::any_of(enum_names<MelNetwork>.all, [&](const auto& known) {
    return number_between(name, std::string(known.second) + '_', ".h5").has_value();
  });
}

}  // namespace tutti
