#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "search/storage/trial_rows.h"
#include "search/study.h"
#include "tests/support/catch.h"
#include "tests/support/postgresql.h"
#include "tests/support/program.h"
#include "tests/support/songs.h"

using nlohmann::json;
using namespace tutti::test;
namespace fs = std::filesystem;

namespace {

const char* small_space = R"({
  "units": {"type": "categorical", "choices": [2, 3]},
  "lr": {"type": "float", "low": 1e-3, "high": 0.1, "log": true},
  "dense_layers": {"type": "int", "low": 0, "high": 1},
  "dense": {"type": "int", "low": 2, "high": 4, "when": {"dense_layers": [1]}}})";

struct SmallSearch {
  TemporaryFolder folder;
  fs::path data = folder / "songs.csv", space = folder / "space.json", run = folder / "run";
  SmallSearch() {
    std::ofstream(data) << table(60);
    std::ofstream(space) << small_space;
  }

  /// The command line of a search for tiny networks.
  std::string tune(const std::string& options, const fs::path& out) const {
    return "tune lstm --data " + word(data) + " --space " + word(space) + " --out " + word(out) +
           " --layers 1 --epochs 4 --quiet " + options;
  }
  std::string tune(const std::string& options) const { return tune(options, run); }
};

json report(const fs::path& run) {
  const auto result = run_tutti("tune --report " + word(run) + " --json");
  REQUIRE(result.status == 0);
  return json::parse(result.out);
}

std::vector<tutti::Trial> trials_in(const std::string& place) {
  return tutti::read_trials(*tutti::open_database(place, tutti::Database::Access::write), 1);
}

void survive_kills(const SmallSearch& f, const std::string& storage, const std::string& place) {
  const std::string search =
      word(TUTTI_PROGRAM) + " " +
      f.tune(storage + " --resume --device cpu --jobs 3 --threads 1 --trials 100000") +
      " >/dev/null 2>&1 </dev/null";
  // Two at work all the time: one of them is killed, another takes its place.
  std::string script =
      "start() { ( exec " + search + " ) & }; start; p0=$!; start; p1=$!; sleep 1; ";
  for (std::uint32_t kill = 0; kill < 20; ++kill) {
    const std::string process = "p" + std::to_string(hash(kill, 6) % 2);
    script += "sleep 0." + std::to_string(100 + hash(kill, 5) % 400) + "; kill -9 $" + process +
              "; start; " + process + "=$!; ";
  }
  std::system(("{ " + script + "kill -9 $p0 $p1; wait; } 2>/dev/null").c_str());
  const auto counted = [&](const std::vector<tutti::Trial>& trials) {
    return std::count_if(trials.begin(), trials.end(), tutti::counts);
  };
  // Those still running have lost their processes: they fail, and their places are free.
  const auto left = trials_in(place);
  const auto running = std::count_if(left.begin(), left.end(), [](const tutti::Trial& trial) {
    return trial.state == tutti::TrialState::running;
  });
  const auto target = counted(left) - running + 5;
  REQUIRE(
      run_tutti(f.tune(storage + " --resume --jobs 3 --trials " + std::to_string(target))).status ==
      0);
  const auto trials = trials_in(place);
  CHECK(counted(trials) == target);
  CHECK(counted(trials) < static_cast<std::ptrdiff_t>(trials.size()));  // some were lost
  for (std::size_t i = 0; i < trials.size(); ++i) {
    CHECK(trials[i].number == static_cast<std::int64_t>(i));
    CHECK(trials[i].state != tutti::TrialState::running);
    CHECK(trials[i].value.has_value() == tutti::counts(trials[i]));
    if (trials[i].state == tutti::TrialState::complete) CHECK(trials[i].intermediate.size() == 4);
  }
}

}  // namespace

TEST_CASE("A search leaves a study, every trial's history, pictures and the best model") {
  const SmallSearch f;
  const auto result = run_tutti(f.tune("--trials 14 --json"));
  REQUIRE(result.status == 0);
  const json document = json::parse(result.out);
  CHECK(document["trials"].size() == 14);
  CHECK(document == report(f.run));
  for (const char* name :
       {"study.db", "model.h5", "run.json", "metrics.json", "history.csv", "confusion.png",
        "search_history.png", "search_importance.png", "search_parallel.png", "search_slices.png"})
    CHECK(fs::exists(f.run / name));
  for (int trial = 0; trial < 14; ++trial)
    CHECK(fs::exists(f.run / "trials" /
                     (std::string(trial < 10 ? "000" : "00") + std::to_string(trial) + ".csv")));
  double best = 0;
  for (const auto& trial : document["trials"]) {
    if (trial["state"] == "complete") best = std::max(best, trial["value"].get<double>());
    CHECK(trial["params"].contains("dense") == (trial["params"]["dense_layers"] == 1));
  }
  CHECK(document["best"]["value"] == best);
  CHECK(document["test"]["confusion"].size() == 2);

  SECTION("The best model is that of train with the best trial's options") {
    const json& p = document["best"]["params"];
    std::string options = " --units " + p["units"].dump() + " --lr " + p["lr"].dump() +
                          " --dense-layers " + p["dense_layers"].dump();
    if (p.contains("dense")) options += " --dense " + p["dense"].dump();
    const fs::path alone = f.folder / "alone";
    REQUIRE(run_tutti("train lstm --data " + word(f.data) + " --out " + word(alone) +
                      " --layers 1 --epochs 4 --quiet" + options)
                .status == 0);
    for (const char* name : {"metrics.json", "history.csv"})
      CHECK(text_of(alone / name) == text_of(f.run / name));
  }
  SECTION("Any number of threads gives the same search") {
    const fs::path other = f.folder / "other";
    REQUIRE(run_tutti(f.tune("--trials 14 --threads 3", other)).status == 0);
    CHECK(report(other) == document);
  }
  SECTION("A table for people") {
    const auto shown = run_tutti("tune --report " + word(f.run));
    CHECK_THAT(shown.out, Contains("lstm: 14 trials") && Contains("importance") &&
                              Contains("The best model on the test set: accuracy"));
  }
}

TEST_CASE("A study goes on with --resume, and without is left alone") {
  const SmallSearch f;
  REQUIRE(run_tutti(f.tune("--trials 6")).status == 0);
  const json before = report(f.run);
  const auto refused = run_tutti(f.tune("--trials 10"));
  CHECK(refused.status == 1);
  CHECK_THAT(refused.err, Contains("already holds a study; --resume goes on with it"));
  REQUIRE(run_tutti(f.tune("--trials 10 --resume")).status == 0);
  const json after = report(f.run);
  CHECK(after["trials"].size() == 10);
  for (std::size_t i = 0; i < 6; ++i) CHECK(after["trials"][i] == before["trials"][i]);
}

TEST_CASE("Searches by grid, at random, over folds, by loss, of the simple RNN") {
  const SmallSearch f;
  const auto trials = [&](const std::string& options) {
    const fs::path out = f.folder / ("out" + std::to_string(std::hash<std::string>()(options)));
    const auto result = run_tutti(f.tune(options, out));
    INFO(result.err);
    REQUIRE(result.status == 0);
    return report(out)["trials"];
  };
  for (const auto& trial : trials("--trials 4 --sampler random --pruner none"))
    CHECK(trial["state"] == "complete");
  CHECK(trials("--trials 4 --folds 3")[0]["value"] >= 0.0);
  CHECK(trials("--trials 4 --objective val_loss")[0]["value"] > 0.0);
  std::ofstream(f.space) << R"({"units": {"type": "int", "low": 2, "high": 4},
                                "batch": {"type": "categorical", "choices": [8, 16]}})";
  CHECK(trials("--trials 50 --sampler grid").size() == 6);  // ends by itself
  const auto rnn = run_tutti("tune rnn --data " + word(f.data) + " --out " + word(f.run) +
                             " --epochs 2 --trials 3 --quiet --json");
  REQUIRE(rnn.status == 0);
  CHECK(json::parse(rnn.out)["trials"].size() == 3);
}

TEST_CASE("A search for an ensemble leaves its classifiers, and nothing of the other trials") {
  const SmallSearch f;
  REQUIRE(run_tutti("synth --out " + word(f.folder / "songs") + " --songs 3 --quiet").status == 0);
  const std::string search = "tune ensemble --data " + word(f.folder / "songs" / "genres") +
                             " --space " + word(f.space) + " --out " + word(f.run) +
                             " --members 1 --epochs 1 --batch 4 --trials 2 --quiet --json";
  std::ofstream(f.space) << R"({"bootstrap": {"type": "float", "low": 0.01, "high": 1}})";
  const auto empty_samples = run_tutti(search);
  CHECK(empty_samples.status == 1);
  CHECK_THAT(empty_samples.err, Contains("bootstrap") && Contains("and more, not 0.01"));
  CHECK(!fs::exists(f.run));

  std::ofstream(f.space) << R"({"lr": {"type": "float", "low": 1e-5, "high": 1e-3, "log": true}})";
  const auto result = run_tutti(search);
  INFO(result.err);
  REQUIRE(result.status == 0);
  CHECK(json::parse(result.out)["trials"].size() == 2);
  CHECK(fs::exists(f.run / "classifier_0.h5"));
  for (const auto& entry : fs::directory_iterator(f.run / "trials"))
    CHECK(entry.path().extension() == ".csv");
}

TEST_CASE("A trial that diverges fails, and the search goes on") {
  const SmallSearch f;
  std::ofstream(f.space) << R"({"lr": {"type": "categorical", "choices": [0.01, 1e30]}})";
  REQUIRE(run_tutti(f.tune("--units 2 --trials 8 --sampler random --pruner none")).status == 0);
  int failed = 0;
  const json document = report(f.run);
  for (const auto& trial : document["trials"]) {
    failed += trial["state"] == "failed";
    CHECK((trial["state"] == "failed") == (trial["params"]["lr"] == 1e30));
  }
  CHECK(failed > 0);
  CHECK(failed < 8);
}

TEST_CASE("Processes killed at any moment lose no study and no trial", "[long]") {
  const SmallSearch f;
  survive_kills(f, "", f.run / "study.db");
  const auto database = tutti::open_database(f.run / "study.db", tutti::Database::Access::write);
  const auto check = database->prepare("PRAGMA integrity_check");
  REQUIRE(check->step());
  CHECK(check->text(0) == "ok");
}

TEST_CASE("Processes killed at any moment lose no trial on a server", "[long]") {
  const auto url = postgresql_database();
  if (!url) return;
  const SmallSearch f;
  survive_kills(f, "--storage " + *url, *url);
  CHECK(report(f.run)["trials"].size() == trials_in(*url).size());  // of the copy
}

TEST_CASE("A search on a server begins anywhere, and is the same as one in a file") {
  const auto url = postgresql_database();
  if (!url) return;
  const SmallSearch f;
  const fs::path one = f.folder / "one", two = f.folder / "two";
  REQUIRE(run_tutti(f.tune("--trials 5", one)).status == 0);
  REQUIRE(run_tutti(f.tune("--trials 3 --storage " + *url)).status == 0);
  REQUIRE(run_tutti(f.tune("--trials 5 --jobs 2 --storage " + *url, two)).status == 0);
  CHECK(report(f.run)["trials"].size() == 3);
  CHECK(report(two)["trials"].size() == 5);
  REQUIRE(run_tutti(f.tune("--trials 5 --resume --storage " + *url)).status == 0);
  CHECK(report(f.run) == report(two));
  for (int trial = 0; trial < 3; ++trial)
    CHECK(report(f.run)["trials"][trial] == report(one)["trials"][trial]);
  CHECK(text_of(f.run / "model.h5") == text_of(two / "model.h5"));
  for (const auto& [name, text] : contents(f.run)) {
    CAPTURE(name);
    CHECK(text.find("p4ss") == std::string::npos);
  }

  const auto refused = [&](const std::string& options, const fs::path& out,
                           const std::string& words) {
    CAPTURE(options);
    const auto result = run_tutti(f.tune(options, out));
    CHECK(result.status == 1);
    CHECK_THAT(result.err, Contains(words) && !Contains("p4ss"));
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  };
  refused("--resume", f.run, "study.db: is a copy of the study on");
  refused("--storage " + *url, f.run, "already holds a study; --resume goes on with it");
  refused("--resume --storage " + *url, one, "study.db: is a study of its own");
  refused("--seed 9 --storage " + *url, f.folder / "three", "was started with seed");
  refused("--storage " + *url + "s", f.folder / "three", "does not exist");
  CHECK_FALSE(fs::exists(f.folder / "three"));
}

TEST_CASE("The option --storage takes a server's URL, where the build has PostgreSQL") {
  const SmallSearch f;
  const auto result = run_tutti(f.tune("--storage mysql://ann:p4ss@host/studies"));
  CHECK(result.status == 1);
  CHECK_THAT(result.err, Contains("--storage: takes postgresql://") && !Contains("p4ss"));
  CHECK(json::parse(run_tutti("devices --json").out)["postgresql"]["available"] ==
        tutti::has_postgresql());
  if (tutti::has_postgresql()) return;
  CHECK_THAT(run_tutti("devices").out, Contains("postgresql not available"));
  CHECK_THAT(run_tutti(f.tune("--storage postgresql://ann:p4ss@host/studies")).err,
             StartsWith("tutti: --storage: this build has no PostgreSQL; "));
}

TEST_CASE("A search that cannot be is refused in one line") {
  const SmallSearch f;
  const auto refused = [&](const std::string& options, const std::string& words, int status = 1) {
    CAPTURE(options);
    const auto result = run_tutti(f.tune(options));
    CHECK(result.status == status);
    CHECK_THAT(result.err, Contains(words));
    if (status == 1) CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  };
  refused("--trials 0", "--trials", 2);
  refused("--timeout -1", "--timeout: -1 is not a number from 0 up", 2);
  refused("--sampler cmaes", "--sampler", 2);
  refused("--validation 0", "no songs to rank trials by");
  CHECK_FALSE(fs::exists(f.run / "study.db"));

  std::ofstream(f.space) << R"({"lr": {"type": "float", "low": 1, "high": 0.1}})";
  refused("", "space.json: the parameter 'lr': low 1 is above high 0.1; swap them");
  std::ofstream(f.space) << R"({"speed": {"type": "float", "low": 1, "high": 2}})";
  refused("", "'speed': is not a parameter here; there are lr, batch, units");
  std::ofstream(f.space) << R"({"units": {"type": "categorical", "choices": []}})";
  refused("", "'units': has no choices");
  std::ofstream(f.space) << "{";
  refused("", "space.json: ");
  std::ofstream(f.space) << R"({"lr": {"type": "float", "low": 0.1, "high": 1}})";
  refused("--sampler grid", "cannot count the values of 'lr'");
  fs::remove_all(f.run);

  fs::create_directories(f.run);
  std::ofstream(f.run / "study.db") << std::string(3000, 'x');
  refused("--resume", "study.db: is not an SQLite file");
  fs::remove_all(f.run);
  const auto none = run_tutti("tune --report " + word(f.run));
  CHECK(none.status == 1);
  CHECK_THAT(none.err, Contains("holds no study.db"));
  CHECK(run_tutti("tune").status == 2);

  std::string songs = table(60);
  const auto middle = songs.find("song30,");
  songs.insert(middle + 7, "much");
  std::ofstream(f.data) << songs;
  refused("", "line 32");
}
