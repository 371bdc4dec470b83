#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "models/keras/layers.h"
#include "tests/support/catch.h"
#include "tests/support/program.h"
#include "tests/support/songs.h"

using nlohmann::json;
using tutti::test::run_tutti;
using tutti::test::table;
using tutti::test::TemporaryFolder;
using tutti::test::text_of;
using tutti::test::word;
namespace fs = std::filesystem;

namespace {

struct SmallTable {
  TemporaryFolder folder;
  fs::path data = folder / "songs.csv";
  SmallTable() { std::ofstream(data) << table(60); }

  std::string train(const char* model, const std::string& run,
                    const std::string& options = "") const {
    return std::string("train ") + model + " --data " + word(data) + " --out " +
           word(folder / run) + " --quiet " +
           (options.find("--epochs") == std::string::npos ? "--epochs 12 " : "") + options;
  }
};

}  // namespace

TEST_CASE("The classifiers learn, leave a whole run, and evaluate says the same") {
  const SmallTable f;
  for (const char* model : {"lstm", "rnn"}) {
    CAPTURE(model);
    const auto result = run_tutti(f.train(model, model, "--json"));
    REQUIRE(result.status == 0);
    for (const char* name :
         {"run.json", "split.csv", "model.h5", "history.csv", "metrics.json", "confusion.csv",
          "confusion.png", "calibration.png", "accuracy.png", "loss.png"})
      CHECK(fs::file_size(f.folder / model / name) > 0);
    CHECK(json::parse(result.out).at("accuracy") == 1.0);
    const auto evaluated =
        run_tutti("evaluate " + word(f.folder / model) + " --data " + word(f.data) + " --json");
    CHECK(json::parse(evaluated.out) == json::parse(text_of(f.folder / model / "metrics.json")));
    const json run = json::parse(text_of(f.folder / model / "run.json"));
    CHECK(run.at("model") == model);
    CHECK(run.at("preprocessing").at("scale").size() == 28);
  }
}

TEST_CASE("Rows that share a name keep their parts") {
  const SmallTable f;
  std::istringstream rows(text_of(f.data));
  std::ofstream shared(f.folder / "shared.csv");
  int number = -1;
  for (std::string row; std::getline(rows, row); ++number)
    shared << (number < 0 ? row : "song" + std::to_string(number % 3) + row.substr(row.find(',')))
           << '\n';
  shared.close();
  const auto run = f.folder / "run", data = f.folder / "shared.csv";
  REQUIRE(run_tutti("train rnn --quiet --epochs 1 --data " + word(data) + " --out " + word(run))
              .status == 0);
  const auto evaluated = run_tutti("evaluate " + word(run) + " --data " + word(data) + " --json");
  REQUIRE(evaluated.status == 0);
  CHECK(json::parse(evaluated.out) == json::parse(text_of(run / "metrics.json")));
}

TEST_CASE("Training goes on from a Keras file: weights, network and Adam") {
  const SmallTable f;
  REQUIRE(run_tutti(f.train("lstm", "first", "--epochs 2 --units 5 --layers 1")).status == 0);
  const auto on = run_tutti(f.train(
      "lstm", "on", "--epochs 3 --from " + word(f.folder / "first/model.h5")));  // its network
  REQUIRE(on.status == 0);
  const auto first = tutti::read_keras_file(f.folder / "first/model.h5"),
             second = tutti::read_keras_file(f.folder / "on/model.h5");
  CHECK(second.layers[1].config.at("units") == 5);
  const auto before = tutti::optimizer_of(first).state, after = tutti::optimizer_of(second).state;
  CHECK(before.steps > 0);
  CHECK(2 * after.steps == 5 * before.steps);
  CHECK(json::parse(text_of(f.folder / "on/run.json")).at("options").at("from") ==
        (f.folder / "first/model.h5").string());

  const auto wrong = run_tutti(f.train(
      "lstm", "wrong", "--from " + word(tutti::test::golden("keras_models/keras3/recurrent.h5"))));
  CHECK(wrong.status == 1);
  CHECK_THAT(wrong.err, Contains("recurrent.h5: takes [6, 3], not [28, 1]"));
  CHECK(run_tutti(f.train("lstm", "none", "--from none.h5")).status == 1);
}

TEST_CASE("Training goes on with the optimizer of a Keras file") {
  const SmallTable f;
  REQUIRE(run_tutti(f.train("lstm", "first", "--epochs 1 --units 5 --layers 1")).status == 0);
  const auto first = tutti::read_keras_file(f.folder / "first/model.h5");
  const auto model = tutti::load_member("first", first, tutti::Device::cpu);
  const tutti::SGDOptions sgd{.momentum = 0.75};
  tutti::KerasOptimizer optimizer{0.01, tutti::SGD(model.parameters(), sgd).state(0), sgd};
  optimizer.state.steps = 3;
  tutti::write_keras_file(f.folder / "sgd.h5", tutti::to_keras(model, 0, optimizer));
  REQUIRE(
      run_tutti(f.train("lstm", "on", "--epochs 1 --from " + word(f.folder / "sgd.h5"))).status ==
      0);
  const auto on = tutti::optimizer_of(tutti::read_keras_file(f.folder / "on/model.h5"));
  CHECK(on.state.steps > 3);
  CHECK(std::get<tutti::SGDOptions>(on.options).momentum == 0.75);
}

TEST_CASE("A batch of more songs than there are is all of them") {
  const SmallTable f;
  REQUIRE(run_tutti(f.train("rnn", "more", "--epochs 2 --batch 1000")).status == 0);
  REQUIRE(run_tutti(f.train("rnn", "all", "--epochs 2 --batch 43")).status == 0);
  CHECK(text_of(f.folder / "more/model.h5") == text_of(f.folder / "all/model.h5"));
}

TEST_CASE("A classifier goes on from the run that it replaces, or leaves it alone") {
  const SmallTable f;
  REQUIRE(run_tutti(f.train("lstm", "run", "--epochs 2 --units 5 --layers 1")).status == 0);
  const fs::path model = f.folder / "run/model.h5";
  const std::string before = text_of(model);
  const auto steps = [&] { return tutti::optimizer_of(tutti::read_keras_file(model)).state.steps; };
  const auto first = steps();
  for (const auto& [options, named] : std::vector<std::pair<std::string, std::string>>{
           {"--test 0.99", "class"},
           {"--from none.h5", "none.h5"},
           {"--from " + word(tutti::test::golden("keras_models/keras3/recurrent.h5")),
            "takes [6, 3]"}}) {
    CAPTURE(options);
    const auto refused = run_tutti(f.train("lstm", "run", "--force " + options));
    CHECK(refused.status == 1);
    CHECK_THAT(refused.err, Contains(named));
    CHECK(text_of(model) == before);
    CHECK(fs::exists(f.folder / "run/metrics.json"));
  }
  REQUIRE(run_tutti(f.train("lstm", "run", "--epochs 2 --force --from " + word(model))).status ==
          0);
  CHECK(steps() == 2 * first);
}

TEST_CASE("A song gets the same answer alone and among others") {
  const SmallTable f;
  REQUIRE(run_tutti(f.train("lstm", "run")).status == 0);
  const std::string all = table(20, false);
  std::ofstream(f.folder / "all.csv") << all;
  std::istringstream lines(all);
  std::string header, row;
  std::getline(lines, header);
  std::getline(lines, row);
  std::ofstream(f.folder / "one.csv") << header << '\n' << row << '\n';
  const auto among =
      run_tutti("predict " + word(f.folder / "run") + " " + word(f.folder / "all.csv") + " --json");
  const auto alone =
      run_tutti("predict " + word(f.folder / "run") + " " + word(f.folder / "one.csv") + " --json");
  REQUIRE(among.status == 0);
  REQUIRE(alone.status == 0);
  const json first = json::parse(among.out).at("predictions").at(0),
             only = json::parse(alone.out).at("predictions").at(0);
  CHECK(first.at("path") == "song0");
  CHECK(first.at("genre") == "slow");
  CHECK(only.at("genre") == "slow");
  CHECK(first.at("probability").get<double>() ==
        Approx(only.at("probability").get<double>()).epsilon(1e-5));
}

TEST_CASE("A classifier of features is the same bits with one thread and with two") {
  const SmallTable f;
  REQUIRE(run_tutti(f.train("lstm", "one", "--threads 1")).status == 0);
  REQUIRE(run_tutti(f.train("lstm", "two", "--threads 2")).status == 0);
  REQUIRE(run_tutti(f.train("lstm", "other", "--seed 3")).status == 0);
  CHECK(text_of(f.folder / "one" / "model.h5") == text_of(f.folder / "two" / "model.h5"));
  CHECK(text_of(f.folder / "one" / "model.h5") != text_of(f.folder / "other" / "model.h5"));
}

TEST_CASE("Reproducing over seeds and folds gives means and spreads") {
  const SmallTable f;
  const std::string command =
      "reproduce rnn --data " + word(f.data) + " --quiet --epochs 5 --json ";
  const json seeds = json::parse(run_tutti(command + "--seeds 3").out);
  REQUIRE(seeds.at("rows").at(0).at("name") == "accuracy");
  CHECK(seeds["rows"][0].at("values").size() == 3);
  const json folds = json::parse(run_tutti(command + "--folds 5").out);
  CHECK(folds["rows"][0].at("values").size() == 5);
  std::int64_t counted = 0;
  for (const auto& row : folds.at("all_test_sets").at("confusion"))
    for (const auto& count : row) counted += count.get<std::int64_t>();
  CHECK(counted == 60);  // every song once
  CHECK_THAT(
      run_tutti("reproduce rnn --data " + word(f.data) + " --quiet --epochs 2 --seeds 2").out,
      Contains("± s.d."));
}

TEST_CASE("A classifier of features that diverges leaves the last good state") {
  const SmallTable f;
  const auto train = [&](const std::string& run, const std::string& options) {
    return run_tutti("train lstm --data " + word(f.data) + " --out " + word(f.folder / run) +
                     " --quiet " + options);
  };
  const auto at_once = train("at_once", "--lr 1e30");
  CHECK(at_once.status == 1);
  CHECK_THAT(at_once.err, Contains("epoch 1, step 2"));
  CHECK_THAT(run_tutti("predict " + word(f.folder / "at_once") + " " + word(f.data)).err,
             Contains("no epoch of its training is finished"));

  const std::string one_step_an_epoch = "--lr 1e9 --batch 43 ", at = "at epoch ";
  const auto later = train("later", one_step_an_epoch);
  REQUIRE_THAT(later.err, Contains(at));
  const int finished = std::stoi(later.err.substr(later.err.find(at) + at.size())) - 1;
  REQUIRE(finished > 0);
  REQUIRE(train("short", one_step_an_epoch + "--epochs " + std::to_string(finished)).status == 0);
  const auto weights = [&](const char* run) {
    std::vector<std::vector<float>> all;
    for (const auto& layer : tutti::read_keras_file(f.folder / run / "model.h5").layers)
      for (const auto& weight : layer.weights) all.push_back(weight.values);
    return all;
  };
  CHECK(weights("later") == weights("short"));
  const auto predicted = run_tutti("predict " + word(f.folder / "later") + " " + word(f.data));
  CHECK_THAT(predicted.err, Contains("its model after epoch " + std::to_string(finished)));
}

TEST_CASE("Bad tables and runs are status 1 and named") {
  const SmallTable f;
  const auto refused = [&](const std::string& command, const std::string& named) {
    const auto result = run_tutti(command);
    CAPTURE(command);
    CHECK(result.status == 1);
    CHECK(result.err.starts_with("tutti: "));
    CHECK_THAT(result.err, Contains(named));
  };
  refused("train lstm --data " + word(f.folder / "none.csv") + " --out " + word(f.folder / "run"),
          "none.csv");
  refused(f.train("lstm", "run", "--test 0.99"), "class");
  REQUIRE(run_tutti(f.train("rnn", "good")).status == 0);
  refused(f.train("rnn", "good"), "--force");
  std::string unknown = table(60);
  for (std::size_t at; (at = unknown.find("quick")) != std::string::npos;)
    unknown.replace(at, 5, "tango");
  std::ofstream(f.folder / "tango.csv") << unknown;
  refused("evaluate " + word(f.folder / "good") + " --data " + word(f.folder / "tango.csv"),
          "'tango'");
  fs::resize_file(f.folder / "good" / "model.h5", 3000);
  refused("predict " + word(f.folder / "good") + " " + word(f.data), "model.h5");
}

TEST_CASE("A feature classifier trains on the GPU's kernels without a GPU") {
  const SmallTable f;
  double expected = 0;
  for (const std::string device : {"cpu", "simt"}) {
    REQUIRE(run_tutti(f.train("lstm", device, "--epochs 1 --precision fp32 --device " + device))
                .status == 0);
    const double loss = json::parse(text_of(f.folder / device / "metrics.json")).at("loss");
    if (device == "cpu") expected = loss;
    CHECK(loss == Approx(expected).epsilon(1e-4));
  }
}
