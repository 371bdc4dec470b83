#include "models/feature_trials.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/support/files.h"
#include "tests/support/songs.h"

using namespace tutti;

namespace {

FeatureTable songs() {
  const tutti::test::TemporaryFolder folder;
  std::ofstream(folder / "songs.csv") << tutti::test::table(40);
  return load_feature_table(folder / "songs.csv");
}

FeatureTrial trial(const FeatureTable& table, std::int64_t units, double rate, int splits) {
  FeatureTrial result;
  result.recipe.lstm = {.units = units, .layers = 1, .dense = 3, .dense_layers = 1};
  result.recipe.training = {.epochs = 3, .batch_size = 8, .learning_rate = rate};
  for (int s = 0; s < splits; ++s)
    result.splits.push_back(
        split_stratified(table.labels, table.classes, 0.2, 0.2, static_cast<std::uint64_t>(s)));
  return result;
}

const std::atomic<bool> never{false};
bool go_on(std::size_t, int, const std::vector<EpochResult>&) { return true; }

bool same(const History& a, const History& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t e = 0; e < a.size(); ++e)
    for (std::size_t m = 0; m < a[e].size(); ++m)
      if (a[e][m].loss != b[e][m].loss || a[e][m].val_loss != b[e][m].val_loss ||
          a[e][m].val_accuracy != b[e][m].val_accuracy)
        return false;
  return true;
}

}  // namespace

TEST_CASE("A trial's result is the same bits alone and beside others, whatever becomes of them") {
  const FeatureTable table = songs();
  const std::vector<FeatureTrial> trials = {trial(table, 4, 0.01, 1), trial(table, 4, 0.002, 1),
                                            trial(table, 5, 0.01, 1), trial(table, 4, 1e30, 1),
                                            trial(table, 4, 0.03, 2), trial(table, 4, 0.05, 1)};
  const auto together = train_trials(
      table, trials, [](std::size_t t, int epoch, const auto&) { return t != 5 || epoch < 2; },
      never);
  CHECK(together[3].error.find("training diverged") != std::string::npos);
  CHECK(together[5].history.size() == 2);
  for (const std::size_t t : {0, 1, 2, 4}) {
    CAPTURE(t);
    CHECK(together[t].error.empty());
    REQUIRE(together[t].history.size() == 3);
    CHECK(same(together[t].history, train_trials(table, {trials[t]}, go_on, never)[0].history));
  }
  CHECK_FALSE(same(together[0].history, together[1].history));
}

TEST_CASE("A trial of one split is what train makes of it") {
  const FeatureTable table = songs();
  const FeatureTrial one = trial(table, 4, 0.01, 1);
  FeatureClassifiers classifier = build_classifiers(table, one.splits, one.recipe);
  CHECK(same(train_classifiers(classifier, table, one.splits, one.recipe),
             train_trials(table, {one, one}, go_on, never)[1].history));
}

TEST_CASE("Trials of equal shapes train side by side, at most so many") {
  const FeatureTable table = songs();
  const std::vector<FeatureTrial> trials = {trial(table, 4, 0.01, 1), trial(table, 9, 0.01, 1),
                                            trial(table, 4, 0.02, 1), trial(table, 4, 0.03, 1)};
  using Groups = std::vector<std::vector<std::size_t>>;
  CHECK(group_by_shape(trials, 8) == Groups{{1}, {0, 2, 3}});
  CHECK(group_by_shape(trials, 2) == Groups{{1}, {0, 2}, {3}});
}
