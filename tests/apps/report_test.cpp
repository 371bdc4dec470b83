#include <nlohmann/json.hpp>

#include "kernels/support/files.h"
#include "tests/support/catch.h"
#include "tests/support/program.h"
#include "tests/support/songs.h"

using nlohmann::json;
using namespace tutti::test;
namespace fs = std::filesystem;

namespace {

/// What a report shows.
json runs_in(const fs::path& report) {
  const std::string page = text_of(report), start = R"(id="data">)";
  const auto from = page.find(start) + start.size();
  return json::parse(page.substr(from, page.find("</script>", from) - from)).at("runs");
}

struct TrainedRun {
  TemporaryFolder folder;
  fs::path path = folder / "run";

  explicit TrainedRun(const std::string& command = "train lstm --units 8 --dense 8 --epochs 2") {
    tutti::write_file(folder / "songs.csv", table(60));
    const auto result = run_tutti(command + " --batch 8 --quiet --data " +
                                  word(folder / "songs.csv") + " --out " + word(path));
    INFO(result.err);
    REQUIRE(result.status == 0);
  }
};

const TrainedRun& trained_lstm() {
  static const TrainedRun run;
  return run;
}

}  // namespace

TEST_CASE("a run's report has the numbers of its files") {
  const json runs = runs_in(trained_lstm().path / "report.html");
  REQUIRE(runs.size() == 1);
  const json& run = runs[0];
  CHECK(run.at("name") == "LSTM classifier");
  json written = json::parse(text_of(trained_lstm().path / "run.json"));
  written.erase("checksums");  // they come after the page
  CHECK(run.at("run") == written);
  CHECK(run.at("metrics") == json::parse(text_of(trained_lstm().path / "metrics.json")));
  CHECK(run.at("curves").at("loss").at("training").at("mean").size() == 2);

  const json& songs = run.at("songs");
  CHECK(songs.size() == 12);
  CHECK(run.at("songs_total") == 12);
  json counted = json::parse("[[0, 0], [0, 0]]");
  for (const auto& song : songs) {
    auto& count = counted[song[1].get<std::size_t>()][song[2].get<std::size_t>()];
    count = count.get<int>() + 1;
    CHECK(song[3][0][0] == song[2]);  // the likeliest is the one that was named
    CHECK(song[3][0][1].get<double>() >= song[3][1][1].get<double>());
  }
  CHECK(counted == run.at("metrics").at("confusion"));
}

TEST_CASE("the command in a report trains the same model") {
  const TemporaryFolder folder;
  std::string command = runs_in(trained_lstm().path / "report.html")[0].at("command");
  CHECK_THAT(command, Contains("tutti train lstm --data "));
  command.replace(command.find(" RUN"), 4, " " + word(folder / "run"));
  const auto result = run_tutti(command.substr(6) + " --quiet");
  INFO(result.err);
  REQUIRE(result.status == 0);
  for (const char* file : {"model.h5", "run.json", "predictions.csv", "report.html"})
    CHECK(text_of(folder / "run" / file) == text_of(trained_lstm().path / file));
}

TEST_CASE("runs are shown side by side, with what an audit found") {
  const TemporaryFolder folder;
  const TrainedRun other("train rnn --epochs 1");
  tutti::write_file(folder / "audit.json", R"({"copies": [], "faults": []})");
  const auto result =
      run_tutti("report " + word(trained_lstm().path) + " " + word(other.path) + " --audit " +
                word(folder / "audit.json") + " --out " + word(folder / "both.html"));
  INFO(result.err);
  REQUIRE(result.status == 0);
  const json runs = runs_in(folder / "both.html");
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].at("name") == trained_lstm().path.string());
  CHECK(runs[1].at("run").at("model") == "rnn");
  CHECK(runs[0].contains("audit"));
  CHECK(!runs[1].contains("audit"));
}

TEST_CASE("a run is not replaced if its logs cannot be written") {
  const TrainedRun old;
  const auto before = contents(old.path);
  const auto result = run_tutti("train rnn --epochs 1 --batch 8 --force --quiet --data " +
                                word(old.folder / "songs.csv") + " --out " + word(old.path) +
                                " --tensorboard " + word(old.folder / "songs.csv"));
  CHECK(result.status == 1);
  CHECK_THAT(result.err, Contains("--tensorboard") && Contains("songs.csv"));
  CHECK(contents(old.path) == before);
}

TEST_CASE("the built-in model has a report") {
  const TemporaryFolder folder;
  const auto result = run_tutti("report pretrained --out " + word(folder / "report.html"));
  INFO(result.err);
  REQUIRE(result.status == 0);
  CHECK(runs_in(folder / "report.html")[0].at("metrics").contains("calibration_error"));
}

TEST_CASE("a search's report shows its trials") {
  const TrainedRun search("tune lstm --epochs 1 --trials 3");
  const json run = runs_in(search.path / "report.html").at(0);
  CHECK(run.at("search").at("trials").size() == 3);
  CHECK(run.at("search").at("parameters").at("lr").at("log") == true);
  CHECK(run.at("search").at("direction") == "maximize");
  CHECK(run.contains("metrics"));
}

TEST_CASE("a report of another run's files says which") {
  const TemporaryFolder folder;
  fs::copy(trained_lstm().path, folder / "run");
  tutti::write_file(folder / "run/metrics.json", text_of(folder / "run/metrics.json") + ' ');
  const auto result =
      run_tutti("report " + word(folder / "run") + " --out " + word(folder / "report.html"));
  CHECK(result.status == 1);
  CHECK_THAT(result.err, Contains("metrics.json") && Contains("of another run"));
}

TEST_CASE("a report of damaged files says which") {
  const auto& run = trained_lstm().path;
  const auto fails = [&](const std::string& file, const std::string& contents,
                         const std::string& words) {
    const TemporaryFolder folder;
    fs::copy(run, folder / "run");
    tutti::write_file(folder / "run" / file, contents);
    const auto result =
        run_tutti("report " + word(folder / "run") + " --out " + word(folder / "report.html"));
    CHECK(result.status == 1);
    CHECK_THAT(result.err, Contains(file) && Contains(words));
    CHECK(!fs::exists(folder / "report.html"));
  };
  fails("run.json", "{", "is not JSON");
  fails("run.json", "{}", "'model' is missing");
  fails("run.json", R"({"model": "cnn"})", "'cnn' is not a kind of model; ensemble, lstm");
  fails("run.json", R"({"model": "melcnn"})", "is not of a run");
  fails("metrics.json", "[1", "is not JSON");
  fails("history.csv", "epoch,member\n1\n", "line 2: has 1 cells, not 2");
  fails("history.csv", "a,b,c,d,e,f\n1,0,1,x,1,1\n", "'x' is not a number");
  fails("predictions.csv", "path,truth,genre,probability,quick,slow\na,quick,fast,1,1,0\n",
        "'fast' is not a genre of the run");
  fails("predictions.csv", "path,truth\na,quick\n", "2 columns");
}

TEST_CASE("a report is not written over what it is made from") {
  const TemporaryFolder folder;
  fs::copy(trained_lstm().path, folder / "run");
  const std::string before = text_of(folder / "run" / "run.json");
  auto result =
      run_tutti("report " + word(folder / "run") + " --out " + word(folder / "run" / "run.json"));
  CHECK(result.status == 1);
  CHECK(text_of(folder / "run" / "run.json") == before);
  const std::string metrics = text_of(folder / "run" / "metrics.json");
  CHECK(run_tutti("report " + word(folder / "run") + " --out " +
                  word(folder / "run" / "metrics.json"))
            .status == 1);
  CHECK(text_of(folder / "run" / "metrics.json") == metrics);
  result = run_tutti("report " + word(folder.path()) + " --out " + word(folder / "r.html"));
  CHECK(result.status == 1);
  CHECK_THAT(result.err, Contains("neither the folder of a run nor of a search"));
}
