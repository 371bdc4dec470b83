#include "models/mel/mel_ensemble.h"

#include <numeric>
#include <ranges>

#include "datasets/audio/mel_picture.h"
#include "engine/layers/dense.h"
#include "kernels/support/threads.h"
#include "models/keras/save.h"
#include "models/mel/cross_validation.h"
#include "models/mel/outliers.h"
#include "models/mel/random_crops.h"
#include "models/mel/standardization.h"
#include "models/mel/windows.h"
#include "models/vote.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"
#include "tests/support/values.h"

using namespace tutti;
using namespace tutti::test;

namespace {

constexpr std::int64_t bands = 40, frames = 60;

/// Clips of two genres, low and high, with noise; of different lengths.
struct Collection {
  Clips clips;
  std::vector<std::int32_t> labels;
  std::vector<std::int32_t> rows;

  explicit Collection(std::int32_t n, std::int64_t height = bands) {
    std::vector<std::uint8_t> bytes;
    for (std::int32_t i = 0; i < n; ++i) {
      const std::int64_t length = frames - 10 + i % 3 * 10;
      clips.spans.push_back({std::ssize(bytes) / height, length});
      const auto noise = uniform(length * height, static_cast<std::uint32_t>(i), 40);
      for (std::int64_t t = 0; t < length; ++t)
        for (std::int64_t f = 0; f < height; ++f) {
          const bool loud = (f < height / 2) == (i % 2 == 0);
          bytes.push_back(static_cast<std::uint8_t>((loud ? 140 : 90) + noise[t * height + f]));
        }
      labels.push_back(i % 2);
      rows.push_back(i);
    }
    clips.frames = Tensor::from({std::ssize(bytes) / height, height}, bytes);
  }
  ClipExamples examples() const { return {clips, labels, rows}; }
  Tensor windows() const { return windows_of(clips, frames); }
};

MelRecipe small(std::int64_t cnns, std::int64_t statistics) {
  MelRecipe recipe;
  recipe.cnns = cnns;
  recipe.statistics = statistics;
  recipe.cnn.channels = 4;
  recipe.cnn.crop = 32;
  recipe.cnn.epochs = 3;
  recipe.cnn.batch = 4;
  recipe.cnn.dropout = 0;
  recipe.cnn.learning_rate = 0.01;
  recipe.network.units = 16;
  recipe.network.dropout = 0;
  recipe.network.epochs = 3;
  recipe.network.batch = 4;
  return recipe;
}

MelEnsemble trained(const Collection& c, const MelRecipe& recipe) {
  MelEnsemble ensemble(c.examples(), c.windows(), 2, recipe);
  ensemble.train(c.examples(), {c.clips, c.labels, {}}, c.windows());
  return ensemble;
}

}  // namespace

TEST_CASE("A window of a clip is its middle, or the clip again and again") {
  Clips clips;
  clips.frames = Tensor::from({7, 1}, std::vector<std::uint8_t>{0, 1, 2, 3, 4, 8, 9});
  clips.spans = {{0, 5}, {5, 2}};
  CHECK(windows_of(clips, 3).to_vector<std::uint8_t>() ==
        std::vector<std::uint8_t>{1, 2, 3, 8, 9, 8});
  CHECK(usual_frames(clips) == 2);
  const GrayPicture picture{2, 2, {10, 20, 11, 21}};
  CHECK(window_of(picture, 3).shape() == Shape{1, 3, 2});
  CHECK(window_of(picture, 3).to_vector<std::uint8_t>() ==
        std::vector<std::uint8_t>{10, 11, 20, 21, 10, 11});
}

TEST_CASE("Clips that are windows already are not copied") {
  Clips clips;
  clips.frames = Tensor::from({7, 1}, std::vector<std::uint8_t>{0, 1, 2, 3, 4, 8, 9});
  clips.spans = {{1, 2}, {3, 2}, {5, 2}};
  CHECK(windows_of(clips, 2).shares_elements_with(clips.frames));
  CHECK(windows_of(clips, 2).shape() == Shape{3, 2, 1});
  CHECK(windows_of(clips, 2).to_vector<std::uint8_t>() ==
        std::vector<std::uint8_t>{1, 2, 3, 4, 8, 9});
  clips.spans = {{3, 2}, {1, 2}};
  CHECK(windows_of(clips, 2).to_vector<std::uint8_t>() == std::vector<std::uint8_t>{3, 4, 1, 2});
  clips.spans = {{0, 2}, {2, 3}};
  CHECK(windows_of(clips, 2).to_vector<std::uint8_t>() == std::vector<std::uint8_t>{0, 1, 2, 3});
}

TEST_CASE("Crops cover a window from start to end") {
  std::vector<std::uint8_t> levels(20);
  for (std::size_t i = 0; i < 20; ++i) levels[i] = static_cast<std::uint8_t>(i);
  const Tensor windows = Tensor::from({2, 10, 1}, levels);
  CHECK(crops_in(10, 4) == 3);
  CHECK(crops_of(windows, {1}, 4).to_vector<std::uint8_t>() ==
        std::vector<std::uint8_t>{10, 11, 12, 13, 13, 14, 15, 16, 16, 17, 18, 19});
  CHECK(crops_of(windows, {0}, 10).to_vector<std::uint8_t>() ==
        std::vector<std::uint8_t>(levels.begin(), levels.begin() + 10));
}

TEST_CASE("Statistics to train on are those of a window and of five halves of it") {
  const Collection c(2);
  const Tensor windows = windows_of(c.clips, frames);
  const Tensor pieces = statistics_of_pieces(windows, {1});
  CHECK(pieces.dim(0) == pieces_of_a_window);
  CHECK(pieces.slice(0, 1).to_vector<float>() == statistics_of(windows, {1}).to_vector<float>());
  // 30 of 60 frames from 0, 7, 15, 22 and 30 on.
  const auto levels = windows.slice(1, 1).to_vector<std::uint8_t>();
  const std::vector<std::uint8_t> third(levels.begin() + 15 * bands, levels.begin() + 45 * bands);
  const Tensor half = Tensor::from({1, frames / 2, bands}, third);
  CHECK(pieces.slice(3, 1).to_vector<float>() == statistics_of(half, {0}).to_vector<float>());
}

TEST_CASE("Trained on sounds that are not music, networks are unsure of others like them") {
  const Collection c(16, mel_picture_bands);
  const Tensor others = not_music_windows(240, frames);
  std::vector<std::int32_t> rows(40);
  std::iota(rows.begin(), rows.end(), 200);
  const auto surest = [&](double not_music) {
    MelRecipe recipe = small(1, 1);
    recipe.not_music = not_music;
    recipe.cnn.epochs = recipe.network.epochs = 40;
    MelEnsemble ensemble(c.examples(), c.windows(), 2, recipe);
    ensemble.train(c.examples(), {c.clips, c.labels, {}}, c.windows());
    const auto p = ensemble.score(others, rows).to_vector<float>();
    double sum[2] = {};  // of each network
    for (std::size_t i = 0; i < 80; ++i) sum[i / 40] += std::max(p[2 * i], p[2 * i + 1]) / 40;
    return std::pair(sum[0], sum[1]);
  };
  const auto [cnn, network] = surest(0);
  const auto [cnn_unsure, network_unsure] = surest(0.3);
  CHECK(cnn > cnn_unsure + 0.05);
  CHECK(network > network_unsure + 0.05);
  MelRecipe all = small(1, 0);
  all.not_music = 1;
  MelEnsemble ensemble(c.examples(), c.windows(), 2, all);
  CHECK_THROWS_WITH(ensemble.train(c.examples(), {c.clips, c.labels, {}}, c.windows()),
                    Contains("no music"));
}

TEST_CASE("A member's crops are drawn anew in every step and lie in its clips") {
  const Collection c(6);
  const auto hook = random_crops(c.clips, {.frames = 32});
  std::vector<RandomStream> members = {RandomStream(1), RandomStream(2)};
  MemberBatch batch{{0, 1, 0, 1}, {0, 1, 0, 1}, {}, {}};
  hook(batch, members);
  CHECK(batch.x.shape() == Shape{2, 2, 32, bands});
  CHECK_FALSE(batch.targets.defined());
  const auto first = batch.x.to_vector<std::uint8_t>();
  hook(batch, members);
  CHECK(batch.x.to_vector<std::uint8_t>() != first);
  const std::int64_t size = 32 * bands;
  const auto* const clip = c.clips.begin(c.clips.spans[0]);
  bool found = false;
  for (std::int64_t at = 0; at + 32 <= c.clips.spans[0].frames; ++at)
    found |= std::equal(clip + at * bands, clip + at * bands + size, first.begin());
  CHECK(found);
  CHECK_FALSE(std::equal(first.begin(), first.begin() + size, first.begin() + 2 * size));
}

TEST_CASE("A crop of a shorter clip goes round") {
  Clips clips;
  clips.frames = Tensor::from({3, 1}, std::vector<std::uint8_t>{5, 6, 7});
  clips.spans = {{0, 3}};
  std::vector<RandomStream> members = {RandomStream(1)};
  MemberBatch batch{{0}, {0}, {}, {}};
  random_crops(clips, {.frames = 8})(batch, members);
  const auto crop = batch.x.to_vector<std::uint8_t>();
  for (std::size_t i = 1; i < crop.size(); ++i)
    CHECK(crop[i] == (crop[i - 1] == 7 ? 5 : crop[i - 1] + 1));
}

TEST_CASE("Mixed crops have targets in the same shares") {
  Clips clips;
  clips.frames = Tensor::from({2, 1}, std::vector<std::uint8_t>{0, 200});
  clips.spans = {{0, 1}, {1, 1}};
  std::vector<RandomStream> members = {RandomStream(3)};
  MemberBatch batch{{0, 1, 0, 1, 0, 1}, {0, 1, 0, 1, 0, 1}, {}, {}};
  random_crops(clips, {.frames = 1, .mixup = 1, .classes = 2})(batch, members);
  const auto x = batch.x.to_vector<std::uint8_t>();
  const auto targets = batch.targets.to_vector<float>();
  bool mixed = false;
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(targets[2 * i] + targets[2 * i + 1] == Approx(1));
    CHECK(x[i] == Approx(200 * targets[2 * i + 1]).margin(0.51));
    mixed |= x[i] > 0 && x[i] < 200;
  }
  CHECK(mixed);
  for (const double wrong : {-0.1, 1.1})
    CHECK_THROWS_WITH(random_crops(clips, {.frames = 1, .mixup = wrong}), Contains("mixup of"));
}

TEST_CASE("Numbers from Beta(a, a) have its mean and variance") {
  for (const double a : {1e-20, 0.3, 1.0}) {
    RandomStream random(5);
    double sum = 0, squares = 0;
    for (int i = 0; i < 20'000; ++i) {
      const double x = draw_beta(random, a);
      sum += x;
      squares += x * x;
    }
    CHECK(sum / 20'000 == Approx(0.5).margin(0.01));
    CHECK(squares / 20'000 - 0.25 == Approx(1 / (4 * (2 * a + 1))).margin(0.01));
  }
}

TEST_CASE("Standardized columns have mean 0 and variance 1, constant ones stay finite") {
  MomentSums sums(3);
  const std::vector<std::vector<float>> rows = {{1, 10, 7}, {3, 30, 7}, {5, 50, 7}};
  for (const auto& row : rows) sums.add(row.data());
  Model model = Sequential(Shape{3}, standardization());
  model.build({3}, {.members = 2});
  set_moments(model, sums.moments());
  const auto y =
      model
          .predict({Tensor::from({3, 3}, std::vector<float>{1, 10, 7, 3, 30, 7, 5, 50, 8}),
                    Tensor::from({2, 3}, std::vector<std::int32_t>{0, 1, 2, 0, 1, 2})})
          .to_vector<float>();
  const float end = std::sqrt(1.5f);
  const std::vector<float> wanted = {-end, -end, 0, 0, 0, 0, end, end, 1};
  for (std::size_t i = 0; i < 18; ++i) CHECK(y[i] == Approx(wanted[i % 9]).margin(1e-5));
}

TEST_CASE("An ensemble of both kinds learns, and is the same in files that Keras opens") {
  const Collection c(70), unseen(10);
  MelRecipe recipe = small(2, 2);
  recipe.cnn.epochs = recipe.network.epochs = 12;
  const MelEnsemble ensemble = trained(c, recipe);
  CHECK(ensemble.size() == 4);
  CHECK(ensemble.genres() == 2);
  CHECK(ensemble.bands() == bands);
  const Tensor windows = windows_of(unseen.clips, frames);
  const Tensor scores = ensemble.score(windows, unseen.rows);
  CHECK(scores.shape() == Shape{4, 10, 2});
  CHECK(vote(scores, Vote::mean) == unseen.labels);
  CHECK(member_labels(scores)[3] == unseen.labels);

  const TemporaryFolder folder;
  ensemble.save(folder.path());
  const MelEnsemble again = MelEnsemble::load(folder.path());
  CHECK(again.score(windows, unseen.rows).to_vector<float>() == scores.to_vector<float>());
}

TEST_CASE("A network of an ensemble is the same bits beside others and with any threads") {
  const Collection c(12);
  const Tensor windows = windows_of(c.clips, frames);
  const auto all = trained(c, small(2, 2)).score(windows, c.rows).to_vector<float>();
  set_thread_count(3);
  const auto cnn = trained(c, small(1, 0)).score(windows, c.rows).to_vector<float>();
  const auto statistics = trained(c, small(0, 1)).score(windows, c.rows).to_vector<float>();
  set_thread_count(0);
  CHECK(cnn == std::vector<float>(all.begin(), all.begin() + 24));
  CHECK(statistics == std::vector<float>(all.begin() + 48, all.begin() + 72));
}

TEST_CASE("A clip's probabilities do not depend on its neighbors") {
  const Collection c(12);
  const Tensor windows = windows_of(c.clips, frames);
  const MelEnsemble ensemble = trained(c, small(1, 1));
  const auto alone = ensemble.score(windows, {5}).to_vector<float>();
  const auto beside = ensemble.score(windows, {0, 5}).to_vector<float>();
  CHECK(alone == std::vector<float>{beside[2], beside[3], beside[6], beside[7]});
}

TEST_CASE("A window of silence favors no genre") {
  const Collection c(12);
  const MelEnsemble ensemble = trained(c, small(1, 1));
  Tensor windows = windows_of(c.clips, frames);
  const std::int64_t size = windows.dim(1) * windows.dim(2);
  std::fill_n(windows.data<std::uint8_t>() + 2 * size, size, std::uint8_t{7});
  const auto p = ensemble.score(windows, {1, 2}).to_vector<float>();  // [2, 2, 2]
  CHECK(p[2] == 0.5f);
  CHECK(p[3] == 0.5f);
  CHECK(p[6] == 0.5f);
  CHECK(p[0] != 0.5f);
}

TEST_CASE("Stopped, training tells the epochs it finished and leaves the second kind") {
  const Collection c(12);
  MelEnsemble ensemble(c.examples(), c.windows(), 2, small(1, 1));
  std::stop_source source;
  std::vector<MelNetwork> kinds;
  const History history = ensemble.train(
      c.examples(), {c.clips, c.labels, {}}, c.windows(), source.get_token(),
      [&](MelNetwork kind, int epochs) {
        kinds.push_back(kind);
        CHECK(epochs == 3);
        return TrainObserver{.on_epoch = [&](int, const auto&) { source.request_stop(); }};
      });
  CHECK(history.size() == 1);
  CHECK(kinds == std::vector{MelNetwork::cnn});
}

TEST_CASE("Ensembles that cannot be are Errors") {
  const Collection c(12);
  const auto make = [&](const MelRecipe& recipe) {
    MelEnsemble ensemble(c.examples(), c.windows(), 2, recipe);
    ensemble.train(c.examples(), {c.clips, c.labels, {}}, c.windows());
  };
  CHECK_THROWS_WITH(make(small(0, 0)), Contains("at least one of either"));
  MelRecipe recipe = small(1, 0);
  recipe.cnn.crop = 12;
  CHECK_THROWS_WITH(make(recipe), Contains("does not fit"));
  recipe = small(1, 1);
  recipe.cnn.batch = recipe.network.batch = 0;
  CHECK_THROWS_WITH(make(recipe), Contains("a batch of 0"));

  const TemporaryFolder folder;
  CHECK_THROWS_WITH(MelEnsemble::load(folder.path()), Contains("holds no melcnn_0.h5"));
  trained(c, small(1, 1)).save(folder.path());
  const auto refuses = [&](const char* file, Model model, const char* words) {
    model.build(model.input_shape(), {});
    save(model, folder / file);
    CHECK_THROWS_WITH(MelEnsemble::load(folder.path()), Contains(words));
  };
  refuses("statistics_0.h5", Sequential(Shape{5}, Dense({.units = 2})), "not 800 statistics");
  refuses("statistics_0.h5", Sequential(Shape{800}, Dense({.units = 3})), "tell 2 classes apart");
  refuses("melcnn_0.h5", Sequential(Shape{5}, Dense({.units = 2})), "not crops");
}

TEST_CASE("Every clip is held out once, at a temperature that others say") {
  const Collection c(60);
  MelRecipe recipe = small(1, 1);
  recipe.cnn.epochs = 12;
  const auto folds = k_folds(c.labels, {"low", "high"}, 2, 1);
  const CrossValidation validation({c.clips, c.labels, {}}, windows_of(c.clips, frames), 2, folds,
                                   recipe);
  const HeldOut held = validation.calibrated();
  CHECK(held.scores.shape() == Shape{2, 60, 2});
  CHECK(std::ranges::count(held.labels, 0) == 30);
  const auto votes = vote(held.scores, Vote::mean);
  const auto wrong = [&](std::size_t i) { return votes[i] != held.labels[i]; };
  CHECK(std::ranges::count_if(std::views::iota(std::size_t{0}, votes.size()), wrong) < 6);
  CHECK(validation.temperature() > 0);
}
