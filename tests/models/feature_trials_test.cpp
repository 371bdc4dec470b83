#include "models/feature_trials.h"

#include <fstream>
#include <map>

#include "kernels/support/threads.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"
#include "tests/support/songs.h"

using namespace tutti;

namespace {

FeatureTable songs() {
  const tutti::test::TemporaryFolder folder;
  std::ofstream(folder / "songs.csv") << tutti::test::table(40);
  return load_feature_table(folder / "songs.csv");
}

std::vector<ThreeWaySplit> splits_of(const FeatureTable& table, int count) {
  std::vector<ThreeWaySplit> splits;
  for (int s = 0; s < count; ++s)
    splits.push_back(
        split_stratified(table.labels, table.classes, 0.2, 0.2, static_cast<std::uint64_t>(s)));
  return splits;
}

FeatureRecipe recipe(std::int64_t units, double rate) {
  FeatureRecipe result;
  result.lstm = {.units = units, .layers = 1, .dense = 3, .dense_layers = 1};
  result.training = {.epochs = 4, .batch_size = 8, .learning_rate = rate};
  return result;
}

/// What a recipe alone comes to.
History alone(const FeatureTable& table, const std::vector<ThreeWaySplit>& splits,
              const FeatureRecipe& recipe) {
  FeatureClassifiers classifiers = build_classifiers(table, splits, recipe);
  return train_classifiers(classifiers, table, splits, recipe);
}

bool same(const History& a, const History& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t e = 0; e < a.size(); ++e)
    for (std::size_t m = 0; m < a[e].size(); ++m)
      if (a[e][m].loss != b[e][m].loss || a[e][m].val_loss != b[e][m].val_loss ||
          a[e][m].accuracy != b[e][m].accuracy || a[e][m].val_accuracy != b[e][m].val_accuracy)
        return false;
  return true;
}

/// Trials under way, and what each has come to.
struct UnderWay {
  UnderWay(const FeatureTable& table, const std::vector<ThreeWaySplit>& splits,
           std::stop_token stop = {})
      : trials(table, splits, Scaling::minmax, Device::cpu, std::move(stop)) {}

  void epoch() {
    for (const auto& [trial, members, error] : trials.epoch()) {
      if (error.empty())
        histories[trial].push_back(members);
      else
        errors[trial] = error;
    }
  }

  FeatureTrials trials;
  std::map<std::int64_t, History> histories;
  std::map<std::int64_t, std::string> errors;
};

/// One thread, so that trials of a shape are one group.
struct OneThread {
  OneThread() { set_thread_count(1); }
  ~OneThread() { set_thread_count(before); }
  int before = thread_count();
};

using Groups = std::vector<std::vector<std::int64_t>>;

}  // namespace

TEST_CASE("A trial is the same bits alone and beside others, whoever comes and goes") {
  const OneThread one_thread;
  const FeatureTable table = songs();
  const int count = GENERATE(1, 2);
  const auto splits = splits_of(table, count);
  const FeatureRecipe first = recipe(4, 0.01), second = recipe(4, 0.002), other = recipe(5, 0.01);
  UnderWay run(table, splits);
  run.trials.start(0, first);
  run.trials.start(1, recipe(4, 0.05));
  run.trials.start(2, second);
  run.trials.start(3, recipe(4, 1e30));  // diverges
  run.trials.start(4, other);
  CHECK(run.trials.groups() == Groups{{0, 1, 2, 3}, {4}});
  run.epoch();
  run.trials.end(1);  // pruned
  run.epoch();
  run.trials.start(5, first);  // in the other's place, two epochs later
  for (int epoch = 2; epoch < 4; ++epoch) run.epoch();
  for (const int trial : {0, 2, 4}) run.trials.end(trial);
  CHECK(run.trials.groups() == Groups{{5}});
  for (int epoch = 4; epoch < 6; ++epoch) run.epoch();
  CHECK(run.histories[1].size() == 1);
  CHECK(same(run.histories[0], alone(table, splits, first)));
  CHECK(same(run.histories[2], alone(table, splits, second)));
  CHECK(same(run.histories[4], alone(table, splits, other)));
  CHECK(same(run.histories[5], run.histories[0]));
  CHECK_FALSE(same(run.histories[0], run.histories[2]));
  REQUIRE(run.errors.size() == 1);
  CHECK_THAT(run.errors[3], Contains("training diverged") && Contains("of member 0") &&
                                Contains("learning rate 1e+30"));
}

TEST_CASE("Trials of a shape train side by side, in as many groups as there are threads") {
  const OneThread one_thread;
  set_thread_count(2);
  const FeatureTable table = songs();
  UnderWay run(table, splits_of(table, 1));
  for (const int trial : {0, 1, 2, 3}) run.trials.start(trial, recipe(4, 0.01));
  CHECK(run.trials.groups() == Groups{{0, 2}, {1, 3}});
  run.trials.start(4, recipe(9, 0.01));
  run.epoch();  // the most work first
  CHECK(run.trials.groups() == Groups{{4}, {0, 2}, {1, 3}});
  run.trials.end(1);
  run.trials.start(5, recipe(4, 0.01));
  CHECK(run.trials.groups() == Groups{{4}, {0, 2}, {3, 5}});
}

TEST_CASE("Trials that are stopped come to nothing more") {
  const FeatureTable table = songs();
  std::stop_source stop;
  UnderWay run(table, splits_of(table, 1), stop.get_token());
  run.trials.start(0, recipe(4, 0.01));
  run.epoch();
  stop.request_stop();
  run.epoch();
  CHECK(run.histories[0].size() == 1);
}
