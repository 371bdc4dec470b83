#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "kernels/support/files.h"
#include "tests/support/catch.h"
#include "tests/support/mel_tree.h"
#include "tests/support/program.h"

using nlohmann::json;
using namespace tutti::test;
namespace fs = std::filesystem;

namespace {

using Tree = MelTree;
const Tree& tree() {
  static const Tree all;
  return all;
}

const std::string one_each = " --members 1 --statistics 1 --batch 4 ";

std::string train(const fs::path& data, const fs::path& run, const std::string& more = one_each) {
  return "train melcnn --data " + word(data) + " --out " + word(run) +
         " --statistics-dropout 0.5 --channels 8 --dropout 0 --crop 32 --epochs 12 --lr 0.01 "
         "--units 32 --statistics-epochs "
         "20 --quiet " +
         more;
}

const fs::path& trained_melcnn() {
  static const TemporaryFolder folder;
  static const auto result =
      run_tutti(train(tree().folder.path(), folder / "run", one_each + "--json"));
  INFO(result.err);
  REQUIRE(result.status == 0);
  static const fs::path path = folder / "run";
  return path;
}

json evaluated(const fs::path& run, const std::string& more) {
  const auto result = run_tutti("evaluate " + word(run) + " --json --quiet " + more);
  INFO(result.err);
  REQUIRE(result.status == 0);
  return json::parse(result.out);
}

}  // namespace

TEST_CASE("Names that are not UTF-8 work from training to the report") {
  const Tree odd;
  fs::rename(odd.folder / "low", odd.folder / "gr\xfc");
  fs::rename(odd.folder / "high", odd.folder / "gr\xe9");
  const TemporaryFolder folder;
  const fs::path bad = odd.folder / "gr\xe9" / "b\xfc\x64.png";
  std::ofstream(bad) << "no picture";
  const auto skipping =
      run_tutti(train(odd.folder.path(), folder / "run", one_each + "--skip-bad"));
  INFO(skipping.err);
  REQUIRE(skipping.status == 0);
  fs::remove(bad);
  CHECK(evaluated(folder / "run", "--split all --data " + word(odd.folder.path())).at("classes") ==
        json({"gr\\xE9", "gr\\xFC"}));
  const auto named = run_tutti("predict " + word(folder / "run") + " --json --quiet " +
                               word(odd.folder / "gr\xfc"));
  CHECK(json::parse(named.out).at("predictions")[0].at("genre") == "gr\\xFC");
  CHECK(run_tutti("report " + word(folder / "run") + " --out " + word(folder / "r.html")).status ==
        0);
}

TEST_CASE("train melcnn leaves a run that evaluate and predict use") {
  const auto& run = trained_melcnn();
  for (const char* name : {"run.json", "split.csv", "melcnn_0.h5", "statistics_0.h5", "history.csv",
                           "metrics.json", "confusion.csv", "predictions.csv", "report.html",
                           "confusion.png", "calibration.png", "accuracy.png", "loss.png"})
    CHECK(fs::file_size(run / name) > 0);
  const json document = json::parse(text_of(run / "run.json"));
  CHECK(document.at("command") == "train melcnn");
  CHECK(document.at("options").at("members") == 2);
  CHECK(document.at("preprocessing") == json({{"bands", 48}, {"frames", 60}, {"scale", "mel128"}}));

  const json metrics = json::parse(text_of(run / "metrics.json"));
  CHECK(metrics.at("accuracy") == 1);
  CHECK(metrics.at("members").size() == 2);
  CHECK(metrics.at("calibration_error") < 0.5);
  CHECK(evaluated(run, "--data " + word(tree().folder.path())) == metrics);

  const auto predicted =
      run_tutti("predict " + word(run) + ' ' + word(tree().folder / "high") + " --json --quiet");
  REQUIRE(predicted.status == 0);
  const json all = json::parse(predicted.out).at("predictions");
  REQUIRE(all.size() == 12);
  for (const auto& one : all) {
    CHECK(one.at("genre") == "high");
    CHECK(one.at("votes").size() == 2);
  }
  CHECK(run_tutti("inspect " + word(run / "melcnn_0.h5")).out.find("(Concatenate)") !=
        std::string::npos);
}

TEST_CASE("train melcnn repeats itself, to the same bits") {
  const TemporaryFolder folder;
  REQUIRE(run_tutti(train(tree().folder.path(), folder / "run", one_each + "--threads 1")).status ==
          0);
  for (const char* name : {"melcnn_0.h5", "statistics_0.h5", "metrics.json"})
    CHECK(text_of(folder / "run" / name) == text_of(trained_melcnn() / name));
}

TEST_CASE("train melcnn --folds tests on every clip and trains on all") {
  const TemporaryFolder folder;
  const auto result =
      run_tutti(train(tree().folder.path(), folder / "run", one_each + "--folds 2 --json"));
  INFO(result.err);
  REQUIRE(result.status == 0);
  const json metrics = json::parse(result.out), row = metrics.at("confusion").at(0);
  CHECK(row.at(0).get<int>() + row.at(1).get<int>() == 12);
  const json document = json::parse(text_of(folder / "run" / "run.json"));
  CHECK(document.at("temperature") > 0);
  const std::string split = text_of(folder / "run" / "split.csv");
  CHECK(split.find(",test") == std::string::npos);
  CHECK(evaluated(folder / "run", "--split all --data " + word(tree().folder.path()))
            .at("accuracy") == 1);
}

TEST_CASE("train melcnn --from fine-tunes another run's networks, in their sizes") {
  const TemporaryFolder folder;
  const auto tune = [&](const fs::path& data, const std::string& from, const std::string& more) {
    return run_tutti("train melcnn --quiet --batch 4 --epochs 1 --statistics-epochs 1 --lr 1e-9 " +
                     more + " --data " + word(data) + " --from " + from + " --out " +
                     word(folder / "run") + " --force");
  };
  const fs::path& same = tree().folder.path();
  const auto result = tune(same, word(trained_melcnn()), "");
  INFO(result.err);
  REQUIRE(result.status == 0);
  const json options = json::parse(text_of(folder / "run/run.json")).at("options");
  CHECK(options.at("channels") == 8);
  CHECK(options.at("crop") == 32);
  CHECK(options.at("units") == 32);
  CHECK(options.at("members") == 2);
  // One epoch teaches nothing at this rate: what it knows, it knew.
  CHECK(evaluated(folder / "run", "--split all --data " + word(same)).at("members") ==
        evaluated(trained_melcnn(), "--split all --data " + word(same)).at("members"));

  const Tree other;
  fs::rename(other.folder / "low", other.folder / "deep");
  REQUIRE(tune(other.folder.path(), word(trained_melcnn()), "").status == 0);
  CHECK(evaluated(folder / "run", "--data " + word(other.folder.path())).at("classes") ==
        json({"deep", "high"}));

  const auto refused = [&](const fs::path& data, const std::string& from, const std::string& more,
                           int status, const std::string& words) {
    const auto no = tune(data, from, more);
    CHECK(no.status == status);
    CHECK_THAT(no.err, Contains(words));
  };
  refused(same, word(folder / "none"), "", 1, "no such run");
  refused(same, "pretrained", "", 1, "was trained on 128 bands");
  refused(same, word(trained_melcnn()), "--members 3", 2, "--members excludes --from");
}

TEST_CASE("The command in a report repeats fine-tuning, and leaves out what was left out") {
  const Tree songs;
  std::ofstream(songs.folder / "low" / "bad.png") << "no picture";
  const TemporaryFolder folder;
  const auto tuned = run_tutti(
      "train melcnn --quiet --batch 4 --epochs 1 --statistics-epochs 1 --skip-bad "
      "--data-parallel --shards 2 --data " +
      word(songs.folder.path()) + " --from " + word(trained_melcnn()) + " --out " +
      word(folder / "run"));
  INFO(tuned.err);
  REQUIRE(tuned.status == 0);
  const std::string page = text_of(folder / "run/report.html");
  const auto at = page.find(R"("tutti train melcnn)");
  REQUIRE(at != std::string::npos);
  std::string command = json::parse(page.substr(at, page.find('"', at + 1) - at + 1));
  command.replace(command.find(" RUN"), 4, " " + word(folder / "again"));
  const auto again = run_tutti(command.substr(6) + " --quiet");
  INFO(command << again.err);
  REQUIRE(again.status == 0);
  CHECK(text_of(folder / "again/melcnn_0.h5") == text_of(folder / "run/melcnn_0.h5"));
}

TEST_CASE("The temperature of a run changes its probabilities") {
  const TemporaryFolder folder;
  fs::copy(trained_melcnn(), folder / "run");
  json document = json::parse(text_of(folder / "run" / "run.json"));
  const std::string data = "--split all --data " + word(tree().folder.path());
  const auto loss_at = [&](const json& temperature) {
    document["temperature"] = temperature;
    tutti::write_file(folder / "run" / "run.json", document.dump());
    return evaluated(folder / "run", data).at("loss").get<double>();
  };
  CHECK(loss_at(16) > loss_at(1));
  document["temperature"] = 0;
  tutti::write_file(folder / "run" / "run.json", document.dump());
  const auto refused = run_tutti("evaluate " + word(folder / "run") + ' ' + data);
  CHECK(refused.status == 1);
  CHECK(refused.err.find("'temperature' is not above 0") != std::string::npos);
}

TEST_CASE("The word pretrained is the run of the built-in model") {
  const std::string data = "--data " + word(tree().folder.path());
  ::setenv("TUTTI_PRETRAINED", trained_melcnn().c_str(), 1);
  CHECK(evaluated("pretrained", data) == evaluated(trained_melcnn(), data));
  ::setenv("TUTTI_PRETRAINED", "/nowhere", 1);
  const auto missing = run_tutti("evaluate pretrained " + data);
  ::unsetenv("TUTTI_PRETRAINED");
  CHECK(missing.status == 1);
  CHECK(missing.err.find("the built-in model is not installed; looked for its run.json in") !=
        std::string::npos);
}

TEST_CASE("What a run of melcnn cannot use is refused in words") {
  const TemporaryFolder folder;
  const auto refuses = [](const std::string& command, const std::string& words, int status = 1) {
    const auto result = run_tutti(command);
    INFO(result.err);
    CHECK(result.status == status);
    CHECK(result.err.find(words) != std::string::npos);
  };
  const auto& data = tree().folder.path();
  const Tree lower(3, 40);
  refuses("evaluate " + word(trained_melcnn()) + " --data " + word(lower.folder.path()),
          "has 40 bands, those that");
  refuses("predict " + word(trained_melcnn()) + ' ' + word(lower.folder / "high"), "has 40 bands");
  refuses(train(data, folder / "a", "--batch 4 --members 0 --statistics 0"),
          "at least one of either");
  refuses(train(data, folder / "a", "--mixup 2"), "--mixup", 2);
  refuses(train(data, folder / "a", "--equalizer 81"), "--equalizer", 2);
  refuses(train(data, folder / "a", "--shift -1"), "--shift", 2);
  refuses(train(data, folder / "a", "--mask -1"), "--mask", 2);
  refuses(train(data, folder / "a", "--not-music 1"), "--not-music", 2);
  refuses(train(data, folder / "a", "--folds 2 --test 0.1"), "--test", 2);
  refuses(train(data, folder / "a", "--batch 4 --folds 13"), "13 folds");
  refuses(train(data, trained_melcnn()), "already holds files");
  refuses("train melcnn --data " + word(Tree(12, 30).folder.path()) + " --out " +
              word(folder / "a") + " --statistics 1 --crop 32 --batch 2",
          "at least 40");
  CHECK_FALSE(fs::exists(folder / "a"));

  refuses(train(data, folder / "a", "--folds 2 --validation 0.2"), "--validation", 2);
  refuses(train(data, folder / "a", "--crop 23"), "--crop", 2);

  fs::copy(trained_melcnn(), folder / "run");
  const auto with = [&](const std::string& field, const json& value) {
    json run = json::parse(text_of(trained_melcnn() / "run.json"));
    run[json::json_pointer(field)] = value;
    tutti::write_file(folder / "run/run.json", run.dump());
    return word(folder / "run");
  };
  refuses("predict " + with("/preprocessing/frames", 31) + ' ' + word(tree().folder / "high"),
          "crops of 32 frames, from windows of 31");
  refuses(
      "predict " + with("/preprocessing/frames", 2'000'000) + ' ' + word(tree().folder / "high"),
      "'preprocessing.frames' is not between 1 and 1048576");
  refuses("train melcnn --from " + with("/state", "training") + " --data " + word(data) +
              " --out " + word(folder / "a"),
          "its training has not ended");
  with("/state", "finished");
  fs::remove(folder / "run" / "statistics_0.h5");
  refuses("evaluate " + word(folder / "run") + " --data " + word(data),
          "holds 1 networks, not 2 as run.json says");
  tutti::write_file(folder / "run" / "melcnn_0.h5", "no network");
  refuses("evaluate " + word(folder / "run") + " --data " + word(data), "melcnn_0.h5");
}
