#include "search/study.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/support/error.h"
#include "kernels/support/json_text.h"
#include "search/schema.h"

namespace tutti {
namespace {

using nlohmann::json;

constexpr const char* settings_key = "tutti";
constexpr const char* error_key = "error";
constexpr const char* fixed_key = "fixed_params";  // Optuna's
constexpr const char* now_local = "strftime('%Y-%m-%d %H:%M:%f000', 'now', 'localtime')";
constexpr int grace_seconds = 120;  // for heartbeats of other programs
constexpr std::int64_t most_trials = 1'000'000'000;

const std::map<TrialState, std::string> state_names = {{TrialState::running, "RUNNING"},
                                                       {TrialState::complete, "COMPLETE"},
                                                       {TrialState::pruned, "PRUNED"},
                                                       {TrialState::fail, "FAIL"},
                                                       {TrialState::waiting, "WAITING"}};

TrialState state_named(const std::string& name) {
  for (const auto& [state, known] : state_names)
    if (known == name) return state;
  throw Error("a trial in the state '", name, "', which is not known here");
}

const char* direction_name(Direction direction) {
  return direction == Direction::maximize ? "MAXIMIZE" : "MINIMIZE";
}

/// How the storage names a number that SQLite cannot hold.
const char* type_of(double value) {
  if (std::isnan(value)) return "NAN";
  return std::isinf(value) ? (value > 0 ? "INF_POS" : "INF_NEG") : "FINITE";
}

double number_of(const Statement& row, int value, int type) {
  using limits = std::numeric_limits<double>;
  const std::string kind = row.text(type);
  if (kind == "FINITE") return row.real(value);
  if (kind == "NAN") return limits::quiet_NaN();
  if (kind == "INF_POS") return limits::infinity();
  if (kind == "INF_NEG") return -limits::infinity();
  throw Error("a value of the kind '", kind, "', which is not known here");
}

void bind_number(Statement& statement, double value) {
  if (std::isfinite(value))
    statement.bind(value);
  else
    statement.bind(nullptr);
  statement.bind(std::string(type_of(value)));
}

/// An Error unless a trial can have this value. (Optuna lets numbers be outside of their range, if
/// somebody asks for it.)
void expect_value(const std::map<std::string, Distribution>& distributions, const std::string& name,
                  double value) {
  const auto found = distributions.find(name);
  if (found == distributions.end() || !std::isfinite(value) ||
      (!found->second.numerical() && !found->second.contains(value)))
    throw Error("a trial whose ", name, " is ", value, ", none of its values");
}

/// Takes the values that a waiting trial is to have; false, and why, if the space has none such.
bool fix(Trial& trial, const Space& space) {
  for (const auto& [name, value] : trial.fixed.items()) {
    const SpaceParameter* parameter = space.find(name);
    if (!parameter) continue;
    const auto possible = internal(parameter->distribution, value);
    if (!possible) {
      trial.params.clear();
      trial.error = "it was to have " + name + ' ' + value.dump() + ", which is not in " +
                    to_optuna(parameter->distribution).dump();
      return false;
    }
    trial.params[name] = *possible;
  }
  return true;
}

/// Chooses the values that are not fixed; false if the sampler has nothing left.
bool choose(Trial& trial, const Space& space, const Sampler& sampler, std::uint64_t seed,
            const std::vector<Trial>& all, Direction direction) {
  const Space left = narrowed(space, trial.params);
  RandomStream stream = RandomStream(seed).derive(static_cast<std::uint64_t>(trial.number));
  auto params = sampler.suggest(left, all, direction, stream);
  if (!params && trial.state == TrialState::waiting)  // wanted though it was tried before
    params = RandomSampler().suggest(left, all, direction, stream);
  if (!params) return false;
  for (auto& [name, value] : *params)
    if (const auto fixed = trial.params.find(name); fixed != trial.params.end())
      value = fixed->second;
  trial.params = std::move(*params);
  return true;
}

}  // namespace

Study::Study(const std::filesystem::path& path, const std::string& name, Direction direction,
             const Space& space, const json& settings)
    : path_(path), database_(path, Database::Access::create) {
  worker_ = std::make_unique<Worker>(std::filesystem::path(path).replace_extension(".workers"));
  Transaction transaction(database_);
  if (!Statement(database_, "SELECT 1 FROM sqlite_master").step()) create(name, direction);
  find_study();
  if (direction_ != direction)
    throw Error(path_.string(), ": its study is to ", direction_name(direction_),
                " its value; this search would ", direction_name(direction));
  expect_space(space);
  keep_settings(settings);
  // Trials of the process that had this number before: it is gone.
  Statement(database_,
            "UPDATE trials SET state = 'FAIL', datetime_complete = " + std::string(now_local) +
                " WHERE study_id = ? AND state = 'RUNNING' AND trial_id IN (SELECT trial_id FROM "
                "trial_system_attributes WHERE key = ? AND value_json = ?)")
      .bind(id_)
      .bind(std::string(worker_key))
      .bind(std::to_string(worker_->number()))
      .step();
  transaction.commit();
  heartbeat_ = std::make_unique<Heartbeat>(path_, worker_->number());
}

Study::Study(const std::filesystem::path& path)
    : path_(path), database_(path, Database::Access::read) {
  find_study();
}

void Study::create(const std::string& name, Direction direction) {
  create_schema(database_);
  Statement(database_, "INSERT INTO studies (study_name) VALUES (?)").bind(name).step();
  Statement(database_,
            "INSERT INTO study_directions (direction, study_id, objective) VALUES (?, ?, 0)")
      .bind(std::string(direction_name(direction)))
      .bind(database_.last_row())
      .step();
}

void Study::find_study() try {
  expect_schema(database_);
  Statement studies(database_, "SELECT study_id, study_name FROM studies");
  if (!studies.step()) throw Error("holds no study");
  id_ = studies.integer(0);
  name_ = studies.text(1);
  if (studies.step()) throw Error("holds several studies; a search needs a file with one");
  Statement directions(database_, "SELECT direction FROM study_directions WHERE study_id = ?");
  directions.bind(id_);
  if (!directions.step()) throw Error("its study has no direction");
  direction_ = directions.text(0) == "MINIMIZE" ? Direction::minimize : Direction::maximize;
  if (directions.step()) throw Error("its study has several objectives; one is possible here");
  Statement attribute(
      database_, "SELECT value_json FROM study_user_attributes WHERE study_id = ? AND key = ?");
  attribute.bind(id_).bind(std::string(settings_key));
  if (attribute.step()) settings_ = parse_json(attribute.text(0), "what it keeps of the search");
  if (!settings_.is_null() && !(settings_.is_object() && settings_.contains("objective") &&
                                settings_["objective"].is_string()))
    throw Error("what it keeps of the search has no objective");
} catch (const std::exception& problem) {
  const std::string what = reason_of(problem);
  throw Error(what.starts_with(path_.string()) ? what : path_.string() + ": " + what);
}

void Study::keep_settings(const json& settings) {
  if (settings_.is_null()) {
    set_attribute("study_user_attributes", "study_id", id_, settings_key, settings);
    settings_ = settings;
  }
  for (const auto& [key, value] : settings.items())
    if (const json before = settings_.value(key, json()); before != value)
      throw Error(path_.string(), ": this study was started with ", key, " ", before.dump(),
                  ", not ", value.dump(), "; go on with the same, or choose another --out");
}

template <class Read>
auto Study::naming(Read read) try {
  return read();
} catch (const std::exception& problem) {
  const std::string what = reason_of(problem);
  throw Error(what.starts_with(path_.string()) ? what : path_.string() + ": holds " + what);
}

std::map<std::string, Distribution> Study::distributions() {
  Statement rows(
      database_,
      "SELECT DISTINCT param_name, distribution_json FROM trial_params JOIN trials USING "
      "(trial_id) WHERE study_id = ?");
  rows.bind(id_);
  return naming([&] {
    std::map<std::string, Distribution> found;
    while (rows.step())
      found[rows.text(0)] = from_optuna(parse_json(rows.text(1), "a distribution that"));
    return found;
  });
}

void Study::expect_space(const Space& space) {
  for (const auto& [name, distribution] : distributions()) {
    const SpaceParameter* here = space.find(name);
    if (!here || here->distribution != distribution)
      throw Error(path_.string(), ": is a study of another space: '", name, "' is ",
                  to_optuna(distribution).dump(), " there and ",
                  here ? to_optuna(here->distribution).dump() : "not searched", " here");
  }
}

std::vector<Trial> Study::trials() {
  const auto values_of = distributions();
  return naming([&] { return read_trials(values_of); });
}

std::vector<Trial> Study::read_trials(const std::map<std::string, Distribution>& distributions) {
  std::vector<Trial> all;
  std::map<std::int64_t, std::size_t> at;
  const auto rows = [&](const std::string& sql, auto read) {
    Statement statement(database_, sql);
    statement.bind(id_);
    while (statement.step()) read(statement);
  };
  const auto of = [&](const Statement& row) -> Trial& { return all[at.at(row.integer(0))]; };
  rows(
      "SELECT trial_id, number, state, trial_id IN (SELECT trial_id FROM trial_heartbeats) "
      "FROM trials WHERE study_id = ? ORDER BY number",
      [&](const Statement& row) {
        at[row.integer(0)] = all.size();
        auto& trial = all.emplace_back();
        trial.id = row.integer(0);
        trial.number = row.integer(1);
        if (trial.number < 0 || trial.number > most_trials ||
            (all.size() > 1 && trial.number <= all[all.size() - 2].number))
          throw Error("a trial of the number ", trial.number, "; each has its own, from 0 on");
        trial.state = state_named(row.text(2));
        trial.watched = row.integer(3) != 0;
      });
  const std::string joined = " JOIN trials USING (trial_id) WHERE study_id = ?";
  rows("SELECT trial_id, param_name, param_value FROM trial_params" + joined,
       [&](const Statement& row) {
         expect_value(distributions, row.text(1), row.real(2));
         of(row).params[row.text(1)] = row.real(2);
       });
  rows("SELECT trial_id, value, value_type FROM trial_values" + joined,
       [&](const Statement& row) { of(row).value = number_of(row, 1, 2); });
  rows(
      "SELECT trial_id, step, intermediate_value, intermediate_value_type FROM "
      "trial_intermediate_values" +
          joined,
      [&](const Statement& row) { of(row).intermediate[row.integer(1)] = number_of(row, 2, 3); });
  rows("SELECT trial_id, value_json FROM trial_user_attributes" + joined + " AND key = '" +
           error_key + "'",
       [&](const Statement& row) {
         const json error = parse_json(row.text(1), "a trial's error that");
         of(row).error = error.is_string() ? error.get<std::string>() : error.dump();
       });
  rows("SELECT trial_id, value_json FROM trial_system_attributes" + joined +
           " AND state = 'WAITING' AND key = '" + fixed_key + "'",
       [&](const Statement& row) {
         of(row).fixed = parse_json(row.text(1), "values for a waiting trial, which");
         if (!of(row).fixed.is_object())
           throw Error("values for a waiting trial that have no names");
       });
  return all;
}

void Study::set_attribute(const char* table, const char* owner, std::int64_t id,
                          const std::string& key, const json& value) {
  Statement(database_, std::string("INSERT INTO ") + table + " (" + owner +
                           ", key, value_json) VALUES (?, ?, ?)")
      .bind(id)
      .bind(key)
      .bind(value.dump(-1, ' ', false, json::error_handler_t::replace))
      .step();
}

void Study::start(Trial& trial, const Space& space) {
  if (trial.state == TrialState::waiting) {
    Statement(database_, std::string("UPDATE trials SET state = 'RUNNING', datetime_start = ") +
                             now_local + " WHERE trial_id = ?")
        .bind(trial.id)
        .step();
  } else {
    Statement(database_, std::string("INSERT INTO trials (number, study_id, state, datetime_start) "
                                     "VALUES (?, ?, 'RUNNING', ") +
                             now_local + ")")
        .bind(trial.number)
        .bind(id_)
        .step();
    trial.id = database_.last_row();
  }
  trial.state = TrialState::running;
  for (const auto& [name, value] : trial.params)
    Statement(database_,
              "INSERT OR IGNORE INTO trial_params (trial_id, param_name, param_value, "
              "distribution_json) VALUES (?, ?, ?, ?)")
        .bind(trial.id)
        .bind(name)
        .bind(value)
        .bind(to_optuna(space.find(name)->distribution).dump())
        .step();
  Statement(database_,
            "INSERT INTO trial_heartbeats (trial_id, heartbeat) VALUES (?, CURRENT_TIMESTAMP)")
      .bind(trial.id)
      .step();
  trial.watched = true;
  set_attribute("trial_system_attributes", "trial_id", trial.id, worker_key, worker_->number());
}

std::vector<Trial> Study::ask(const Space& space, const Sampler& sampler, std::uint64_t seed,
                              std::int64_t most, std::int64_t target) {
  Transaction transaction(database_);
  fail_lost_trials();
  std::vector<Trial> all = trials();
  std::vector<Trial> asked;
  std::int64_t room =
      std::min<std::int64_t>(most, target - std::count_if(all.begin(), all.end(), counts));
  for (; room > 0; --room) {
    const auto waiting = std::find_if(all.begin(), all.end(), [](const Trial& trial) {
      return trial.state == TrialState::waiting;
    });
    Trial trial;
    if (waiting != all.end())
      trial = *waiting;
    else
      trial.number = all.empty() ? 0 : all.back().number + 1;
    const bool possible = fix(trial, space);
    if (possible && !choose(trial, space, sampler, seed, all, direction_)) break;
    start(trial, space);
    if (possible) {
      asked.push_back(trial);
    } else {
      trial.state = TrialState::fail;
      record(trial);
    }
    if (waiting != all.end())
      *waiting = trial;
    else
      all.push_back(trial);
  }
  transaction.commit();
  return asked;
}

bool Study::tell(const Trial& trial) {
  Transaction transaction(database_);
  const bool recorded = record(trial);
  transaction.commit();
  return recorded;
}

bool Study::record(const Trial& trial) {
  Statement(database_, std::string("UPDATE trials SET state = ?, datetime_complete = ") +
                           now_local + " WHERE trial_id = ? AND state = 'RUNNING'")
      .bind(state_names.at(trial.state))
      .bind(trial.id)
      .step();
  if (database_.changes() == 0) return false;
  for (const auto& [step, value] : trial.intermediate) {
    Statement row(database_,
                  "INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, "
                  "intermediate_value_type) VALUES (?, ?, ?, ?)");
    row.bind(trial.id).bind(step);
    bind_number(row, value);
    row.step();
  }
  if (trial.value) {
    Statement row(database_,
                  "INSERT INTO trial_values (trial_id, objective, value, value_type) "
                  "VALUES (?, 0, ?, ?)");
    row.bind(trial.id);
    bind_number(row, *trial.value);
    row.step();
  }
  if (!trial.error.empty())
    set_attribute("trial_user_attributes", "trial_id", trial.id, error_key, trial.error);
  return true;
}

void Study::fail_lost_trials() {
  Statement running(database_,
                    "SELECT t.trial_id, a.value_json, strftime('%s', 'now') - strftime('%s', "
                    "h.heartbeat) FROM trials t LEFT JOIN trial_heartbeats h USING (trial_id) LEFT "
                    "JOIN trial_system_attributes a ON a.trial_id = t.trial_id AND a.key = ? WHERE "
                    "t.study_id = ? AND t.state = 'RUNNING'");
  running.bind(std::string(worker_key)).bind(id_);
  std::vector<std::int64_t> lost;
  while (running.step()) {
    const bool ours = !running.null(1);
    if (ours ? !worker_->alive(running.integer(1))
             : !running.null(2) && std::abs(running.integer(2)) > grace_seconds)
      lost.push_back(running.integer(0));
  }
  for (const auto id : lost)
    Statement(database_, std::string("UPDATE trials SET state = 'FAIL', datetime_complete = ") +
                             now_local + " WHERE trial_id = ? AND state = 'RUNNING'")
        .bind(id)
        .step();
}

}  // namespace tutti
