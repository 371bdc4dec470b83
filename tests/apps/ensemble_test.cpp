#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "models/keras/layers.h"
#include "tests/support/catch.h"
#include "tests/support/program.h"

using nlohmann::json;
using tutti::test::run_tutti;
using tutti::test::TemporaryFolder;
using tutti::test::text_of;
using tutti::test::word;
namespace fs = std::filesystem;

namespace {

/// Four short songs of each of the ten genres, composed once.
const fs::path& songs() {
  static const TemporaryFolder folder;
  static const bool composed =
      run_tutti("synth --out " + word(folder.path()) + " --songs 4 --seconds 2 --quiet").status ==
      0;
  REQUIRE(composed);
  static const fs::path path = folder.path();
  return path;
}

std::string data() { return "--data " + word(songs() / "genres"); }
std::string quick(const fs::path& run, int members = 2) {
  return "train ensemble " + data() + " --out " + word(run) + " --members " +
         std::to_string(members) + " --epochs 1 --batch 8 ";
}

/// A run trained once, for the tests that only read it.
const fs::path& trained_ensemble() {
  static const TemporaryFolder folder;
  static const auto result = run_tutti(quick(folder / "run") + "--json");
  REQUIRE(result.status == 0);
  static const fs::path path = folder / "run";
  return path;
}

}  // namespace

TEST_CASE("Training leaves a whole run", "[ensemble]") {
  const auto& run = trained_ensemble();
  for (const char* name : {"run.json", "split.csv", "classifier_0.h5", "classifier_1.h5",
                           "history.csv", "metrics.json", "confusion.csv", "confusion.png",
                           "calibration.png", "accuracy.png", "loss.png"})
    CHECK(fs::file_size(run / name) > 0);
  CHECK_FALSE(fs::exists(run / "classifier_2.h5"));

  const json document = json::parse(text_of(run / "run.json"));
  CHECK(document.at("command") == "train ensemble");
  CHECK(document.at("seed") == 54);
  CHECK(document.at("device") == json::parse(run_tutti("devices --json").out).at("default"));
  CHECK(document.at("classes").size() == 10);
  CHECK(document.at("data").at("pictures") == 40);
  CHECK(document.at("preprocessing").at("normalize") == "standardize");
  CHECK_THAT(text_of(run / "history.csv"),
             Contains("epoch,member,loss,accuracy,val_loss,val_accuracy"));
}

TEST_CASE("What evaluate says is what training measured", "[ensemble]") {
  const auto result = run_tutti("evaluate " + word(trained_ensemble()) + " " + data() + " --json");
  REQUIRE(result.status == 0);
  const json evaluated = json::parse(result.out),
             measured = json::parse(text_of(trained_ensemble() / "metrics.json"));
  CHECK(evaluated == measured);
  CHECK(evaluated.at("members").size() == 2);
  CHECK(evaluated.at("confusion").size() == 10);
  CHECK(evaluated.contains("out_of_bag_accuracy"));
  const auto& genre = evaluated.at("per_class").at(evaluated.at("classes")[0].get<std::string>());
  for (const char* key : {"precision", "recall", "true_positive_rate", "false_positive_rate", "f1"})
    CHECK(genre.contains(key));
  std::int64_t counted = 0;
  for (const auto& row : evaluated.at("confusion"))
    for (const auto& count : row) counted += count.get<std::int64_t>();
  CHECK(counted == 10);  // one of each genre, more than a fifth of 40
}

TEST_CASE("Keras files from elsewhere are an ensemble", "[ensemble]") {
  const TemporaryFolder folder;
  fs::copy_file(trained_ensemble() / "classifier_0.h5", folder / "a.h5");
  fs::copy_file(trained_ensemble() / "classifier_1.h5", folder / "b.h5");
  const std::string rest = " " + data() + " --json --split all";
  const auto run = run_tutti("evaluate " + word(trained_ensemble()) + rest);
  REQUIRE(run.status == 0);
  const json evaluated = json::parse(run.out);
  const auto files = run_tutti("evaluate " + word(folder.path()) + rest);
  CAPTURE(files.err);
  REQUIRE(files.status == 0);
  CHECK(json::parse(files.out).at("accuracy") == evaluated.at("accuracy"));
  CHECK(json::parse(files.out).at("confusion") == evaluated.at("confusion"));

  const json classes = json::parse(text_of(trained_ensemble() / "run.json")).at("classes");
  const std::string pictures = word(songs() / "genres" / classes[3].get<std::string>()),
                    predict = "predict " + word(folder.path()) + " " + pictures + " --json ";
  const auto unnamed = run_tutti(predict);
  CHECK(unnamed.status == 1);
  CHECK_THAT(unnamed.err, Contains("holds no run.json; name its classes by --classes"));
  const auto few = run_tutti(predict + "--classes a,b");
  CHECK(few.status == 1);
  CHECK_THAT(few.err, Contains("tell 10 classes apart, not 2"));
  const auto named = run_tutti(predict + "--classes c0,c1,c2,c3,c4,c5,c6,c7,c8,c9");
  REQUIRE(named.status == 0);
  const auto known = json::parse(
      run_tutti("predict " + word(trained_ensemble()) + " " + pictures + " --json").out);
  for (std::size_t i = 0; i < 4; ++i) {
    const std::string name = json::parse(named.out).at("predictions")[i].at("genre");
    CHECK(classes.at(static_cast<std::size_t>(name[1] - '0')) ==
          known.at("predictions")[i].at("genre"));
  }
}

TEST_CASE("An ensemble goes on from its files", "[ensemble]") {
  const TemporaryFolder folder;
  const auto steps = [](const fs::path& file) {
    return tutti::optimizer_of(tutti::read_keras_file(file)).state.steps;
  };
  const auto members = run_tutti(quick(folder / "on") + "--from " + word(trained_ensemble()));
  CAPTURE(members.err);
  REQUIRE(members.status == 0);
  CHECK(steps(trained_ensemble() / "classifier_1.h5") > 0);
  CHECK(steps(folder / "on/classifier_1.h5") == 2 * steps(trained_ensemble() / "classifier_1.h5"));
  // Three members from one file.
  REQUIRE(run_tutti(quick(folder / "three", 3) + "--from " +
                    word(trained_ensemble() / "classifier_0.h5"))
              .status == 0);
  CHECK(steps(folder / "three/classifier_2.h5") ==
        2 * steps(trained_ensemble() / "classifier_0.h5"));

  const auto wrong = run_tutti(quick(folder / "wrong", 3) + "--from " + word(trained_ensemble()));
  CHECK(wrong.status == 1);
  CHECK_THAT(wrong.err, Contains("holds 2 members, not 3"));
}

TEST_CASE("The parts of the split add up, and another data set has none", "[ensemble]") {
  const auto counted = [](const std::string& split) {
    const auto result = run_tutti("evaluate " + word(trained_ensemble()) + " " + data() +
                                  " --json --split " + split);
    REQUIRE(result.status == 0);
    std::int64_t sum = 0;
    const json document = json::parse(result.out);
    for (const auto& row : document.at("confusion"))
      for (const auto& count : row) sum += count.get<std::int64_t>();
    return sum;
  };
  CHECK(counted("train") == 30);
  CHECK(counted("validation") == 10);
  CHECK(counted("all") == 40);

  const TemporaryFolder other;
  for (const auto& genre : {"thud", "whirl"}) fs::copy(songs() / "genres" / genre, other / genre);
  const std::string there =
      "evaluate " + word(trained_ensemble()) + " --data " + word(other.path());
  CHECK(run_tutti(there).status == 0);
  const auto refused = run_tutti(there + " --split test");
  CHECK(refused.status == 1);
  CHECK_THAT(refused.err, Contains("--split all"));
  fs::rename(other / "thud", other / "unheard of");
  const auto unknown = run_tutti(there);
  CHECK(unknown.status == 1);
  CHECK_THAT(unknown.err, Contains("'unheard of'") && Contains("whirl"));
}

TEST_CASE("A picture gets the same answer alone and among others", "[ensemble]") {
  const fs::path folder = songs() / "genres" / "thud";
  const auto all =
      run_tutti("predict " + word(trained_ensemble()) + " " + word(songs() / "genres") + " --json");
  const auto one = run_tutti("predict " + word(trained_ensemble()) + " " +
                             word(folder / "resized001.png") + " --json");
  REQUIRE(all.status == 0);
  REQUIRE(one.status == 0);
  const json alone = json::parse(one.out).at("predictions").at(0);
  CHECK(alone.at("votes").size() == 2);
  CHECK(alone.at("probabilities").size() == 10);
  CHECK(alone.at("probabilities").at(alone.at("genre").get<std::string>()) ==
        alone.at("probability"));
  const json among = json::parse(all.out).at("predictions");
  CHECK(among.size() == 40);
  const auto same = std::find_if(among.begin(), among.end(),
                                 [&](const json& p) { return p.at("path") == alone.at("path"); });
  REQUIRE(same != among.end());
  CHECK(same->at("genre") == alone.at("genre"));
  CHECK(same->at("votes") == alone.at("votes"));
  // Matrix products of one row and of many may round differently.
  CHECK(same->at("probability").get<double>() ==
        Approx(alone.at("probability").get<double>()).epsilon(1e-5));
}

TEST_CASE("Bad pictures are listed, good ones still answered", "[ensemble]") {
  const TemporaryFolder folder;
  fs::copy_file(songs() / "genres" / "thud" / "resized000.png", folder / "it's \"göod\".png");
  std::ofstream(folder / "bad.png") << "no picture";
  const auto result = run_tutti("predict " + word(trained_ensemble()) + " " + word(folder.path()));
  CHECK(result.status == 1);
  CHECK_THAT(result.out, Contains("\nit's \"göod\".png"));  // without the one folder of all
  CHECK_THAT(result.err, Contains("tutti: ") && Contains("bad.png"));
}

TEST_CASE("The same seed gives the same bits with one thread and with two", "[ensemble][long]") {
  const TemporaryFolder folder;
  REQUIRE(run_tutti(quick(folder / "again") + "--threads 1").status == 0);
  CHECK(text_of(folder / "again" / "classifier_1.h5") ==
        text_of(trained_ensemble() / "classifier_1.h5"));
  CHECK(text_of(folder / "again" / "metrics.json") == text_of(trained_ensemble() / "metrics.json"));
  REQUIRE(run_tutti(quick(folder / "other") + "--seed 55").status == 0);
  CHECK(text_of(folder / "other" / "classifier_1.h5") !=
        text_of(trained_ensemble() / "classifier_1.h5"));
}

TEST_CASE("A run is not overwritten without --force, and only the run's own files with it",
          "[ensemble]") {
  const TemporaryFolder folder;
  fs::copy(trained_ensemble(), folder / "run");
  std::ofstream(folder / "run" / "notes.txt") << "mine";
  std::ofstream(folder / "run" / "classifier_7.h5") << "of an older, larger run";
  const auto refused = run_tutti(quick(folder / "run"));
  CHECK(refused.status == 1);
  CHECK_THAT(refused.err, Contains("--force"));
  CHECK(fs::exists(folder / "run" / "classifier_7.h5"));
  CHECK(run_tutti(quick(folder / "run", 1) + "--force").status == 0);
  CHECK(text_of(folder / "run" / "notes.txt") == "mine");
  CHECK_FALSE(fs::exists(folder / "run" / "classifier_7.h5"));
  CHECK_FALSE(fs::exists(folder / "run" / "classifier_1.h5"));
}

TEST_CASE("A training that cannot be leaves the run that it was to replace", "[ensemble]") {
  const TemporaryFolder folder;
  fs::copy(trained_ensemble(), folder / "run");
  fs::create_directories(folder / "none");
  for (const auto& [options, named] : std::vector<std::pair<std::string, std::string>>{
           {"--batch 8 --members 3 --from " + word(folder / "run"), "holds 2 members, not 3"},
           {"--batch 8 --members 2 --from " + word(folder / "none"), "holds 0 members, not 2"},
           {"--batch 8 --members 2 --from " + word(folder / "none.h5"), "none.h5"},
           {"--bootstrap 0.01", "bootstrap: 0.01 of 30 examples is none"},
           {"--batch 8 --train-fraction 1", "train"}}) {
    CAPTURE(options);
    const auto refused = run_tutti("train ensemble " + data() + " --out " + word(folder / "run") +
                                   " --epochs 1 --force " + options);
    CHECK(refused.status == 1);
    CHECK_THAT(refused.err, Contains(named));
    for (const char* name : {"run.json", "split.csv", "metrics.json", "history.csv",
                             "classifier_0.h5", "classifier_1.h5", "confusion.png"})
      CHECK(text_of(folder / "run" / name) == text_of(trained_ensemble() / name));
  }
}

TEST_CASE("An ensemble goes on from the run that it replaces", "[ensemble]") {
  const TemporaryFolder folder;
  fs::copy(trained_ensemble(), folder / "run");
  const auto on = run_tutti(quick(folder / "run") + "--force --from " + word(folder / "run"));
  CAPTURE(on.err);
  REQUIRE(on.status == 0);
  const auto steps = [](const fs::path& file) {
    return tutti::optimizer_of(tutti::read_keras_file(file)).state.steps;
  };
  CHECK(steps(folder / "run/classifier_1.h5") == 2 * steps(trained_ensemble() / "classifier_1.h5"));
}

TEST_CASE("Bad input to training is status 1 and one line that names it", "[ensemble]") {
  const TemporaryFolder folder;
  fs::create_directories(folder / "empty");
  fs::create_directories(folder / "file");
  const auto train = [&](const fs::path& tree, const std::string& options = "") {
    const auto result = run_tutti("train ensemble --data " + word(tree) + " --out " +
                                  word(folder / "run") + " " + options);
    CHECK(result.status == 1);
    CHECK(result.err.starts_with("tutti: "));
    CHECK(result.out.empty());
    CHECK_FALSE(fs::exists(folder / "run"));
    return result.err;
  };
  CHECK_THAT(train(folder / "none"), Contains("none"));
  CHECK_THAT(train(folder / "empty"), Contains("empty"));
  CHECK_THAT(train(songs() / "genres", "--train-fraction 1"), Contains("train"));

  fs::copy(songs() / "genres", folder / "tree", fs::copy_options::recursive);
  std::ofstream(folder / "tree" / "thud" / "bad one.png") << "text";
  fs::resize_file(folder / "tree" / "whirl" / "resized002.png", 1000);
  const auto both = train(folder / "tree");
  CHECK_THAT(both, Contains("bad one.png") && Contains("resized002.png") && Contains("--skip-bad"));
  const auto skipped =
      run_tutti("train ensemble --data " + word(folder / "tree") + " --out " +
                word(folder / "run") + " --skip-bad --members 1 --epochs 1 --batch 8");
  CHECK(skipped.status == 0);
  CHECK(json::parse(text_of(folder / "run" / "run.json")).at("data").at("skipped").size() == 2);
}

TEST_CASE("A learning rate that diverges stops, and weights of no finished epoch are not a model",
          "[ensemble]") {
  const TemporaryFolder folder;
  const auto result = run_tutti(quick(folder / "run") + "--lr 1e30");
  CHECK(result.status == 1);
  CHECK_THAT(result.err, Contains("epoch 1, step 2"));
  const auto predicted =
      run_tutti("predict " + word(folder / "run") + " " + word(songs() / "genres" / "thud"));
  CHECK(predicted.status == 1);
  CHECK_THAT(predicted.err, Contains("no epoch of its training is finished"));
}

TEST_CASE("A full disk is told, and leaves no half-written file", "[ensemble]") {
  const TemporaryFolder folder;
  // Files of at most 2 MiB stand for a full disk: a member is 15 MiB.
  const std::string command = "trap '' XFSZ; ulimit -f 2048; exec '" TUTTI_PROGRAM "' " +
                              quick(folder / "run") + "2>" + word(folder / "err");
  CHECK(std::system(("bash -c " + word(command)).c_str()) != 0);
  CHECK_THAT(text_of(folder / "err"), Contains("classifier_0.h5"));
  for (const auto& entry : fs::directory_iterator(folder / "run")) {
    CHECK_THAT(entry.path().filename().string(),
               !Contains("classifier") && !Contains("unfinished"));
  }
}

TEST_CASE("What is not a run says so", "[ensemble]") {
  const TemporaryFolder folder;
  CHECK_THAT(run_tutti("evaluate " + word(folder / "none") + " " + data()).err,
             Contains("no such run"));
  CHECK_THAT(run_tutti("evaluate " + word(folder.path()) + " " + data()).err, Contains("run.json"));
  std::ofstream(folder / "run.json") << "{\"model\": 3";
  const auto damaged = run_tutti("predict " + word(folder.path()) + " " + word(songs()));
  CHECK(damaged.status == 1);
  CHECK_THAT(damaged.err, Contains("run.json") && Contains("damaged"));
  fs::remove(folder / "run.json");
  fs::copy_file(trained_ensemble() / "run.json", folder / "run.json");
  CHECK_THAT(run_tutti("predict " + word(folder.path()) + " " + word(songs())).err,
             Contains("classifier_0.h5"));
}

TEST_CASE("An ensemble trains and predicts on the GPU's kernels without a GPU",
          "[ensemble][long]") {
  const TemporaryFolder folder;
  REQUIRE(run_tutti("synth --out " + word(folder / "songs") + " --songs 1 --seconds 2 --quiet")
              .status == 0);
  const std::string train =
      "train ensemble --data " + word(folder / "songs" / "genres") +
      " --members 1 --epochs 1 --batch 4 --split random --precision fp32 --quiet --json --out ";
  double expected = 0;
  for (const std::string device : {"cpu", "simt"}) {
    const auto result = run_tutti(train + word(folder / device) + " --device " + device);
    REQUIRE(result.status == 0);
    CHECK(json::parse(text_of(folder / device / "run.json")).at("device") == device);
    const double now = json::parse(text_of(folder / device / "metrics.json")).at("loss");
    if (device == "cpu") expected = now;
    CHECK(now == Approx(expected).epsilon(1e-4));
  }
}

TEST_CASE("An ensemble is trained and evaluated on the parts that files name", "[ensemble]") {
  const TemporaryFolder folder;
  const auto list = [&](const std::string& name, int number) {
    std::ofstream file(folder / name);
    for (const auto& genre : fs::directory_iterator(songs() / "genres"))
      if (genre.is_directory())
        file << genre.path().filename().string() << "/resized00" << number << ".png\n";
    return word(folder / name);
  };
  const std::string split = "--split files:" + list("train", 0) + "," + list("validation", 1) +
                            "," + list("test", 2) + " ";
  const auto result = run_tutti(quick(folder / "run", 1) + split + "--quiet");
  CAPTURE(result.err);
  REQUIRE(result.status == 0);
  const std::string parts = text_of(folder / "run/split.csv");
  CHECK_THAT(parts, Contains("resized000.png,") && Contains(",validation") && Contains(",none"));
  const json evaluated = json::parse(
      run_tutti("evaluate " + word(folder / "run") + " " + data() + " --json --split none").out);
  CHECK(evaluated.at("confusion").size() == 10);
  const auto resumed = run_tutti(quick(folder / "run", 1) + "--resume");
  CHECK(resumed.status == 1);
}

TEST_CASE("The ensemble's experiment over several splits", "[ensemble]") {
  const json document =
      json::parse(run_tutti("reproduce ensemble " + data() +
                            " --members 2 --epochs 1 --batch 8 --seeds 2 --quiet --json")
                      .out);
  const auto row = [&](const std::string& name) {
    for (const auto& each : document.at("rows"))
      if (each.at("name") == name) return each.at("values").get<std::vector<double>>();
    return std::vector<double>();
  };
  for (const char* name : {"member accuracy", "out-of-bag accuracy", "test accuracy"})
    CHECK(row(name).size() == 2);
  // The second split is what train makes of the next seed.
  const TemporaryFolder folder;
  const auto alone = run_tutti(quick(folder / "run") + "--seed 55 --quiet --json");
  CHECK(row("test accuracy")[1] == json::parse(alone.out).at("accuracy"));
}
