#include "search/study.h"

#include <unistd.h>

#include <atomic>
#include <cmath>
#include <fstream>
#include <limits>
#include <thread>

#include "kernels/support/error.h"
#include "tests/search/studies.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"
#include "tests/support/postgresql.h"

using namespace tutti;
using nlohmann::json;
using tutti::test::random_sampler;
using tutti::test::study_settings;
using tutti::test::TemporaryFolder;

namespace {

const Space space =
    parse_space(nlohmann::ordered_json::parse(
                    R"({"lr": {"type": "float", "low": 1e-5, "high": 0.1, "log": true},
                                      "units": {"type": "int", "low": 8, "high": 64}})"),
                {{"lr", false, 1e-12}, {"units", true, 1}});

/// A place for a study, empty at first.
struct File {
  TemporaryFolder folder;
  std::filesystem::path path = folder / "study.db";
  std::string place = path.string();
  static bool missing() { return false; }
  Study open() const { return Study(place, "lstm", Direction::minimize, space, study_settings); }
  std::unique_ptr<Database> database() const {
    return open_database(place, Database::Access::write);
  }
};

struct Server {
  std::optional<std::string> url = test::postgresql_database();
  std::string place = url.value_or("");
  bool missing() const { return !url; }
  Study open() const { return Study(place, "lstm", Direction::minimize, space, study_settings); }
  std::unique_ptr<Database> database() const {
    return open_database(place, Database::Access::write);
  }
};

/// Root may write every file: for a while this process is nobody instead.
struct Nobody {
  Nobody() {
    if (::geteuid() == 0) CHECK(::seteuid(65534) == 0);
  }
  ~Nobody() {
    if (::getuid() == 0) CHECK(::seteuid(0) == 0);
  }
};

}  // namespace

TEMPLATE_TEST_CASE("A study keeps its trials", "", File, Server) {
  const TestType f;
  if (f.missing()) return;
  constexpr double infinite = std::numeric_limits<double>::infinity();
  std::vector<Trial> asked;
  {
    Study study = f.open();
    asked = study.ask(space, random_sampler, 1, 3, 10);
    REQUIRE(asked.size() == 3);
    asked[0].state = TrialState::complete;
    asked[0].value = 0.25;
    asked[0].intermediate = {{0, 0.5}, {1, std::nan("")}, {2, infinite}, {3, -infinite}, {4, 0.25}};
    asked[1].state = TrialState::pruned;
    asked[1].value = infinite;
    asked[2].state = TrialState::fail;
    asked[2].error = "diverged";
    for (const auto& trial : asked) CHECK(study.tell(trial));
    for (const auto& trial : asked) CHECK_FALSE(study.tell(trial));  // once only
  }
  Study again = f.open();
  CHECK(again.direction() == Direction::minimize);
  CHECK(again.name() == "lstm");
  CHECK(again.settings() == study_settings);
  const auto trials = again.trials();
  REQUIRE(trials.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(trials[i].number == static_cast<std::int64_t>(i));
    CHECK(trials[i].params == asked[i].params);
    CHECK(trials[i].state == asked[i].state);
    CHECK(trials[i].value == asked[i].value);
    CHECK(trials[i].error == asked[i].error);
    CHECK(counts(trials[i]));
  }
  CHECK(std::isnan(trials[0].intermediate.at(1)));
  CHECK(trials[0].intermediate.at(2) == infinite);
  CHECK(trials[0].intermediate.at(3) == -infinite);
  CHECK(trials[0].intermediate.at(4) == 0.25);
  CHECK(again.distributions().at("lr") == space.find("lr")->distribution);
}

TEMPLATE_TEST_CASE("A study holds as many trials as asked for, however many work on it", "", File,
                   Server) {
  const TestType f;
  if (f.missing()) return;
  std::vector<std::vector<std::int64_t>> numbers(3);
  {
    std::vector<std::jthread> workers;
    for (auto& mine : numbers)
      workers.emplace_back([&] {
        Study study = f.open();
        for (;;) {
          const auto asked = study.ask(space, random_sampler, 1, 2, 20);
          if (asked.empty()) break;
          for (auto trial : asked) {
            trial.state = TrialState::complete;
            trial.value = 1;
            study.tell(trial);
            mine.push_back(trial.number);
          }
        }
      });
  }
  const auto trials = f.open().trials();
  CHECK(trials.size() == 20);
  CHECK(numbers[0].size() + numbers[1].size() + numbers[2].size() == 20);
}

TEMPLATE_TEST_CASE("Trials are read while others begin", "", File, Server) {
  const TestType f;
  if (f.missing()) return;
  Study study = f.open();
  std::atomic<bool> ended = false;
  const std::jthread others([&] {
    Study other = f.open();
    for (int i = 0; i < 50; ++i) other.ask(space, random_sampler, 1, 1, 1000);
    ended = true;
  });
  while (!ended)
    for (const auto& trial : study.trials()) CHECK(trial.state == TrialState::running);
  CHECK(study.trials().size() == 50);
}

TEMPLATE_TEST_CASE("Trials of a process that is gone fail, and others take their place", "", File,
                   Server) {
  const TestType f;
  if (f.missing()) return;
  {
    Study lost = f.open();
    lost.ask(space, random_sampler, 1, 4, 10);
    Study other = f.open();
    CHECK(other.ask(space, random_sampler, 1, 100, 10).size() == 6);
    CHECK(other.ask(space, random_sampler, 1, 100, 10).empty());
  }  // both are gone: their locks with them
  Study study = f.open();
  CHECK(study.ask(space, random_sampler, 1, 100, 10).size() == 10);
  const auto trials = study.trials();
  REQUIRE(trials.size() == 20);
  for (std::size_t i = 0; i < 10; ++i) {
    CHECK(trials[i].state == TrialState::fail);
    CHECK_FALSE(counts(trials[i]));
  }
}

TEMPLATE_TEST_CASE("What was asked for depends on seed and number, not on who asks", "", File,
                   Server) {
  const TestType one, two;
  if (one.missing()) return;
  Study alone = one.open();
  const auto all = alone.ask(space, random_sampler, 9, 6, 6);
  Study first = two.open(), second = two.open();
  auto shared = first.ask(space, random_sampler, 9, 3, 6);
  for (const auto& trial : second.ask(space, random_sampler, 9, 3, 6)) shared.push_back(trial);
  for (std::size_t i = 0; i < 6; ++i) CHECK(shared[i].params == all[i].params);
}

TEMPLATE_TEST_CASE("Waiting trials run first, with the values that they were given", "", File,
                   Server) {
  const TestType f;
  if (f.missing()) return;
  Study study = f.open();
  // As Optuna's enqueue_trial writes them.
  const auto enqueue = [&](std::int64_t number, const std::string& params) {
    const auto database = f.database();
    const auto trial = database->prepare(
        "INSERT INTO trials (number, study_id, state) VALUES (?, 1, 'WAITING') RETURNING trial_id");
    trial->bind(number).step();
    database
        ->prepare(
            "INSERT INTO trial_system_attributes (trial_id, key, value_json) VALUES (?, "
            "'fixed_params', ?)")
        ->bind(trial->integer(0))
        .bind(params)
        .step();
  };
  enqueue(0, R"({"units": 12})");
  enqueue(1, R"({"units": 5, "lr": 0.01})");  // below the least
  enqueue(2, R"({"lr": 0.01, "units": 64, "speed": 3})");
  CHECK_FALSE(counts(study.trials()[0]));
  const auto asked = study.ask(space, random_sampler, 1, 4, 10);
  REQUIRE(asked.size() == 3);
  CHECK(asked[0].number == 0);
  CHECK(asked[0].params.at("units") == 12);
  CHECK(space.find("lr")->distribution.contains(asked[0].params.at("lr")));
  CHECK(asked[1].params == Params{{"lr", 0.01}, {"units", 64}});
  CHECK(asked[2].number == 3);

  auto trials = study.trials();
  REQUIRE(trials.size() == 4);
  CHECK(trials[0].params == asked[0].params);
  CHECK(trials[0].state == TrialState::running);
  CHECK(trials[1].state == TrialState::fail);
  CHECK_THAT(trials[1].error, Contains("units 5, which is not in"));
  for (const auto& trial : trials) CHECK(counts(trial));

  for (auto trial : asked) {
    trial.state = TrialState::complete;
    trial.value = 1;
    CHECK(study.tell(trial));
  }
  CHECK(study.ask(space, random_sampler, 1, 100, 10).size() == 6);
}

TEST_CASE("A waiting trial runs again what the grid has tried, and the grid goes on without it") {
  const Space small = parse_space(
      nlohmann::ordered_json::parse(R"({"batch": {"type": "categorical", "choices": [8, 16]}})"),
      {{"batch", true, 1}});
  const File f;
  Study study(f.place, "lstm", Direction::minimize, small, study_settings);
  const GridSampler grid;
  CHECK(study.ask(small, grid, 1, 10, 10).size() == 2);
  {
    const auto database = f.database();
    database->run(
        "INSERT INTO trials (trial_id, number, study_id, state) VALUES (3, 2, 1, 'WAITING')");
    database->run(
        "INSERT INTO trial_system_attributes (trial_id, key, value_json) VALUES (3, "
        "'fixed_params', '{\"batch\": 16}')");
  }
  const auto asked = study.ask(small, grid, 1, 10, 10);
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].params == Params{{"batch", 1}});  // the choice's index
}

TEST_CASE("A file that is not a study to go on with is refused, and left as it is") {
  const File f;
  const auto refused = [&](const std::string& words) {
    CHECK_THROWS_WITH(f.open(), Contains("study.db") && Contains(words));
  };
  SECTION("not SQLite") {
    std::ofstream(f.path) << std::string(5000, 'x');
    refused("is not an SQLite file");
    CHECK(std::filesystem::file_size(f.path) == 5000);
  }
  SECTION("another program's tables") {
    open_database(f.place, Database::Access::create)->run("CREATE TABLE songs (id INTEGER)");
    refused("holds no study: Optuna's table 'studies' is missing");
  }
  SECTION("another schema") {
    f.open();
    f.database()->run("UPDATE alembic_version SET version_num = 'v2.4.0.a'");
    refused("has the schema v2.4.0.a of another Optuna; this program knows v3.2.0.a");
  }
  SECTION("two studies") {
    f.open();
    f.database()->run("INSERT INTO studies VALUES (7, 'more')");
    refused("holds several studies");
  }
  SECTION("another direction") {
    f.open();
    CHECK_THROWS_WITH(Study(f.place, "lstm", Direction::maximize, space, study_settings),
                      Contains("to MINIMIZE its value; this search would MAXIMIZE"));
  }
  SECTION("another space") {
    f.open().ask(space, random_sampler, 1, 1, 10);
    Space wider = space;
    wider.parameters[1].distribution.high = 128;
    CHECK_THROWS_WITH(
        Study(f.place, "lstm", Direction::minimize, wider, study_settings),
        Contains("is a study of another space: 'units' is ") && Contains("64") && Contains("128"));
    wider.parameters.pop_back();
    CHECK_THROWS_WITH(Study(f.place, "lstm", Direction::minimize, wider, study_settings),
                      Contains("not searched here"));
  }
  SECTION("other settings") {
    f.open();
    CHECK_THROWS_WITH(Study(f.place, "lstm", Direction::minimize, space,
                            {{"objective", "val_loss"}, {"seed", 55}}),
                      Contains("was started with seed 54, not 55"));
  }
  SECTION("locked") {
    f.open();
    const auto other = f.database();
    const Transaction transaction(*other);
    refused("another program has kept it locked for 5 s");
  }
  SECTION("read only") {
    f.open();
    std::filesystem::permissions(f.folder.path(), std::filesystem::perms(0755));
    std::filesystem::permissions(f.path, std::filesystem::perms(0444));
    const Nobody nobody;
    refused("cannot be written");
    CHECK(Study(f.path).name() == "lstm");  // to look at
  }
}

TEST_CASE("What a damaged study holds is an Error that names it") {
  const File f;
  const Space space = parse_space(nlohmann::ordered_json::parse(
                                      R"({"lr": {"type": "float", "low": 1e-5, "high": 0.1},
                          "batch": {"type": "categorical", "choices": [8, 16]}})"),
                                  {{"lr", false, 1e-12}, {"batch", true, 1}});
  Study(f.place, "lstm", Direction::minimize, space, study_settings)
      .ask(space, random_sampler, 1, 2, 10);
  const auto refused = [&](const std::string& change, const std::string& words) {
    CAPTURE(change);
    f.database()->run(change);
    CHECK_THROWS_WITH(Study(f.path).trials(), Contains("study.db") && Contains(words));
  };
  const std::string deep(300'000, '[');
  SECTION("an index of no choice") {
    refused("UPDATE trial_params SET param_value = 99999999 WHERE param_name = 'batch'",
            "a trial whose batch is");
  }
  SECTION("a value that is not a number") {
    refused("UPDATE trial_params SET param_value = 9e999", "not one of its values");
  }
  SECTION("deep JSON") {
    refused("UPDATE trial_params SET distribution_json = '" + deep + "'", "nested more than 100");
  }
  SECTION("deep settings") {
    refused("UPDATE study_user_attributes SET value_json = '" + deep + "'", "nested more than 100");
  }
  SECTION("settings of another kind") {
    refused("UPDATE study_user_attributes SET value_json = '[1]'", "has no objective");
  }
  SECTION("a reversed range") {
    refused(
        R"(UPDATE trial_params SET distribution_json = '{"name": "FloatDistribution", "attributes": )"
        R"({"low": 3, "high": 1, "step": null, "log": false}}')",
        "a range from 3 to 1");
  }
  SECTION("a choice among nothing") {
    refused(R"(UPDATE trial_params SET distribution_json = '{"name": "CategoricalDistribution", )"
            R"("attributes": {"choices": []}}')",
            "a choice among nothing");
  }
  SECTION("numbers of trials") {
    refused("UPDATE trials SET number = 9223372036854775807 WHERE number = 1",
            "of the number 9223");
    refused("UPDATE trials SET number = -1 WHERE number = 0", "of the number -1");
    refused("UPDATE trials SET number = 3", "of the number 3");
  }
  SECTION("a view that never ends") {
    refused(
        "DROP TABLE trial_values; CREATE VIEW trial_values AS WITH RECURSIVE n(trial_id) AS "
        "(SELECT 1 UNION ALL SELECT trial_id FROM n) SELECT trial_id, 0 AS value, 'FINITE' AS "
        "value_type FROM n",
        "'trial_values' is missing");
  }
  SECTION("a value of no kind") {
    Study study(f.place, "lstm", Direction::minimize, space, study_settings);
    refused(
        "INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (1, 0, 1, 'X')",
        "of the kind 'X'");
  }
}

TEMPLATE_TEST_CASE("Trials of another program whose heartbeats lie far in the future are lost", "",
                   File, Server) {
  const TestType f;
  if (f.missing()) return;
  Study study = f.open();
  study.ask(space, random_sampler, 1, 1, 10);
  f.database()->run(
      "DELETE FROM trial_system_attributes; UPDATE trial_heartbeats SET heartbeat = "
      "'9999-01-01 00:00:00'");
  study.ask(space, random_sampler, 1, 1, 10);
  CHECK(study.trials()[0].state == TrialState::fail);
}
