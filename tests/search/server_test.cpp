// What studies on a PostgreSQL server are beside those in files, which study_test.cpp has for both.
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <limits>

#include "kernels/support/error.h"
#include "search/study.h"
#include "tests/search/studies.h"
#include "tests/support/catch.h"
#include "tests/support/postgresql.h"

using namespace tutti;
using nlohmann::json;
using tutti::test::random_sampler;
using tutti::test::study_settings;
using tutti::test::TemporaryFolder;

namespace {

const Space rates =
    parse_space(nlohmann::ordered_json::parse(
                    R"({"lr": {"type": "float", "low": 1e-5, "high": 0.1, "log": true}})"),
                {{"lr", false, 1e-12}});

Study open(const std::string& url, const std::string& name = "lstm") {
  return Study(url, name, Direction::minimize, rates, study_settings);
}

std::unique_ptr<Database> database(const std::string& url) {
  return open_database(url, Database::Access::write);
}

std::string replaced(std::string text, const std::string& part, const std::string& by) {
  return text.replace(text.find(part), part.size(), by);
}

}  // namespace

TEST_CASE("A URL is a server's, with or without a driver") {
  CHECK(is_server("postgresql://ann@host/studies"));
  CHECK(is_server("postgresql+psycopg2://ann@host/studies"));
  CHECK_FALSE(is_server("postgresql"));
  CHECK_FALSE(is_server("mysql://ann@host/studies"));
  CHECK_FALSE(is_server("runs/postgresql/study.db"));
}

TEST_CASE("Studies of several names share a database") {
  const auto url = test::postgresql_database();
  if (!url) return;
  Study lstm = open(*url), rnn = open(replaced(*url, "postgresql:", "postgresql+psycopg2:"), "rnn");
  CHECK(lstm.ask(rates, random_sampler, 1, 2, 10).size() == 2);
  CHECK(rnn.ask(rates, random_sampler, 1, 3, 10).size() == 3);
  CHECK(lstm.trials().size() == 2);
  CHECK(rnn.trials().back().number == 2);
  CHECK(open(*url).name() == "lstm");
}

TEST_CASE("Trials of a killed process on a server fail at once, whatever study comes next") {
  const auto url = test::postgresql_database();
  if (!url) return;
  open(*url);
  int asked[2];
  REQUIRE(::pipe(asked) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    Study study = open(*url);
    study.ask(rates, random_sampler, 1, 2, 10);
    [[maybe_unused]] const auto said = ::write(asked[1], "x", 1);
    for (;;) ::pause();
  }
  char said = 0;
  REQUIRE(::read(asked[0], &said, 1) == 1);
  Study study = open(*url);
  CHECK(study.ask(rates, random_sampler, 1, 100, 10).size() == 8);  // the others are alive
  CHECK(study.trials()[0].state == TrialState::running);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  SECTION("the same") {
    std::vector<Trial> again;
    for (int tries = 0; tries < 100 && again.empty(); ++tries) {
      again = study.ask(rates, random_sampler, 1, 100, 10);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    CHECK(again.size() == 2);
  }
  SECTION("another, whose process gets the number") {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    const Study other = open(*url, "rnn");
    CHECK(study.ask(rates, random_sampler, 1, 100, 10).size() == 2);
  }
  CHECK(study.trials()[0].state == TrialState::fail);
  CHECK(study.trials()[1].state == TrialState::fail);
}

TEST_CASE("A waiting trial that another program has begun is left to it") {
  const auto url = test::postgresql_database();
  if (!url) return;
  Study study = open(*url);
  const auto other = database(*url);
  other->run("INSERT INTO trials (number, study_id, state) VALUES (0, 1, 'WAITING')");
  Transaction theirs(*other);
  other->run("UPDATE trials SET state = 'RUNNING'");
  std::vector<Trial> asked;
  {
    const std::jthread ours([&] { asked = study.ask(rates, random_sampler, 1, 2, 10); });
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    theirs.commit();
  }
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].number == 1);
}

TEST_CASE("A copy of a study on a server is to be looked at") {
  const auto url = test::postgresql_database();
  if (!url) return;
  const TemporaryFolder folder;
  const auto file = folder / "study.db";
  constexpr double infinite = std::numeric_limits<double>::infinity();
  open(*url, "rnn").ask(rates, random_sampler, 2, 1, 10);
  Study study = open(*url);
  study.copy_to(file);
  CHECK(Study(file).trials().empty());
  auto asked = study.ask(rates, random_sampler, 1, 3, 10);
  asked[0].state = TrialState::complete;
  asked[0].value = 1 / 3.;
  asked[0].intermediate = {{0, std::nan("")}, {1, infinite}};
  // Numbers whose last bit SQLite 3.40 loses where it reads them as text.
  asked[0].intermediate[2] = 0.673850910444383;
  asked[0].intermediate[3] = 0.00887492603096418;
  asked[1].state = TrialState::fail;
  asked[1].error = "diverged";
  for (int i = 0; i < 2; ++i) study.tell(asked[static_cast<std::size_t>(i)]);
  study.copy_to(file);
  Study copy(file);
  CHECK(copy.name() == "lstm");
  CHECK(copy.settings() == study_settings);
  CHECK(copy.distributions() == study.distributions());
  const auto trials = copy.trials();
  REQUIRE(trials.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(trials[i].params == asked[i].params);
    CHECK(trials[i].state == asked[i].state);
    CHECK(trials[i].error == asked[i].error);
  }
  CHECK(trials[0].value == 1 / 3.);
  CHECK(std::isnan(trials[0].intermediate.at(0)));
  auto values = trials[0].intermediate;
  values.erase(0);
  asked[0].intermediate.erase(0);
  CHECK(values == asked[0].intermediate);
  CHECK_THROWS_WITH(open(file), Contains("study.db: is a copy of the study on") &&
                                    Contains("go on with --storage"));
  const auto own = folder / "own.db";
  open(own);
  CHECK_THROWS_WITH(study.copy_to(own), Contains("own.db: is a study of its own"));
  CHECK(Study(own).trials().empty());
}

TEST_CASE("A server that cannot be used is said in one line without the password") {
  const auto url = test::postgresql_database();
  if (!url) return;
  const auto refused = [](const std::string& place, const std::string& words) {
    CAPTURE(words);
    std::string said;
    try {
      open(place);
    } catch (const Error& problem) {
      said = problem.what();
    }
    CHECK_THAT(said, Contains(words));
    CHECK_THAT(said, !Contains("p4ss") && !Contains("\n"));
  };
  const std::string base = url->substr(0, url->rfind('/'));
  refused(base + "/nothing", "database \"nothing\" does not exist");
  refused(replaced(*url, "p4ss", "p4ss5"), "password authentication failed");
  refused(base.substr(0, base.rfind(':')) + ":1/studies", "Connection refused");
  for (const char* password : {"p4ss/word", "p4ss@word", "0/p4ss", "p4ss%xx"})
    refused(std::string("postgresql://ann:") + password + "@host/studies", "is not such a URL");
  refused("postgresql://ann:p4ss@host/studies?speed=3", "is not such a URL");
  open(*url);
  SECTION("another schema") {
    database(*url)->run("UPDATE alembic_version SET version_num = 'v2.4.0.a'");
    refused(*url, "has the schema v2.4.0.a of another Optuna");
  }
  SECTION("a table is missing") {
    database(*url)->run("DROP TABLE trial_heartbeats");
    refused(*url, "Optuna's table 'trial_heartbeats' is missing");
  }
  SECTION("other settings") {
    CHECK_THROWS_WITH(
        Study(*url, "lstm", Direction::minimize, rates, {{"objective", "val_loss"}, {"seed", 55}}),
        Contains("seed 54, not 55; go on with the same, or choose another database"));
  }
  SECTION("damaged") {
    open(*url).ask(rates, random_sampler, 1, 1, 10);
    database(*url)->run("UPDATE trial_params SET distribution_json = '{'");
    refused(*url, "holds a distribution that");
  }
}
