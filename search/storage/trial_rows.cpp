#include "search/storage/trial_rows.h"

#include <chrono>
#include <cmath>
#include <ctime>
#include <iomanip>
#include <limits>
#include <sstream>

#include "kernels/support/error.h"
#include "kernels/support/json_text.h"

namespace tutti {
namespace {

using nlohmann::json;

constexpr const char* error_key = "error";
constexpr const char* fixed_key = "fixed_params";  // Optuna's
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

/// The local time, as Optuna keeps it.
std::string now() {
  const auto time = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(
      time - std::chrono::system_clock::from_time_t(seconds));
  std::tm local{};
  ::localtime_r(&seconds, &local);
  std::ostringstream text;
  text << std::put_time(&local, "%Y-%m-%d %H:%M:%S.") << std::setw(6) << std::setfill('0')
       << microseconds.count();
  return text.str();
}

/// How the storage names a number that not every database can hold.
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
  statement.bind(type_of(value));
}

/// An Error unless the trials can have these values. (Optuna lets numbers be outside of their
/// range, if somebody asks for it.)
void expect_values(const std::vector<Trial>& trials,
                   const std::map<std::string, Distribution>& distributions) {
  for (const auto& trial : trials)
    for (const auto& [name, value] : trial.params) {
      const auto found = distributions.find(name);
      if (found == distributions.end() || !std::isfinite(value) ||
          (!found->second.numerical() && !found->second.contains(value)))
        throw Error("a trial whose ", name, " is ", value, ", not one of its values");
    }
}

Trial trial_in(const Statement& row) {
  Trial trial;
  trial.id = row.integer(0);
  trial.number = row.integer(1);
  trial.state = state_named(row.text(2));
  trial.watched = !row.null(3);
  return trial;
}

std::vector<Trial> read_plain_trials(Database& database, std::int64_t study) {
  std::vector<Trial> all;
  const auto rows = database.prepare(
      "SELECT trial_id, number, state, heartbeat FROM trials LEFT JOIN trial_heartbeats USING "
      "(trial_id) WHERE study_id = ? ORDER BY number");
  for (rows->bind(study); rows->step();) {
    const Trial trial = trial_in(*rows);
    if (trial.number < 0 || trial.number > most_trials ||
        (!all.empty() && trial.number <= all.back().number))
      throw Error("a trial of the number ", trial.number, "; each has its own, from 0 on");
    all.push_back(trial);
  }
  return all;
}

}  // namespace

std::map<std::string, Distribution> read_distributions(Database& database, std::int64_t study) {
  const auto rows = database.prepare(
      "SELECT DISTINCT param_name, distribution_json FROM trial_params JOIN trials USING "
      "(trial_id) WHERE study_id = ?");
  std::map<std::string, Distribution> found;
  for (rows->bind(study); rows->step();)
    found[rows->text(0)] = from_optuna(parse_json(rows->text(1), "a distribution that"));
  return found;
}

std::vector<Trial> read_trials(Database& database, std::int64_t study) {
  std::vector<Trial> all = read_plain_trials(database, study);
  std::map<std::int64_t, std::size_t> at;
  for (std::size_t i = 0; i < all.size(); ++i) at[all[i].id] = i;
  const auto rows = [&](const std::string& columns, const std::string& table,
                        const std::string& which, auto read) {
    const auto statement =
        database.prepare("SELECT trial_id, " + columns + " FROM " + table +
                         " JOIN trials USING (trial_id) WHERE study_id = ?" + which);
    for (statement->bind(study); statement->step();)
      if (const auto found = at.find(statement->integer(0)); found != at.end())
        read(*statement, all[found->second]);  // others began after the trials were read
  };
  const auto key = [](const std::string& name) { return " AND key = '" + name + "'"; };
  rows("param_name, param_value", "trial_params", "",
       [](const Statement& row, Trial& trial) { trial.params[row.text(1)] = row.real(2); });
  rows("value, value_type", "trial_values", "",
       [](const Statement& row, Trial& trial) { trial.value = number_of(row, 1, 2); });
  rows("step, intermediate_value, intermediate_value_type", "trial_intermediate_values", "",
       [](const Statement& row, Trial& trial) {
         trial.intermediate[row.integer(1)] = number_of(row, 2, 3);
       });
  rows("value_json", "trial_user_attributes", key(error_key),
       [](const Statement& row, Trial& trial) {
         const json error = parse_json(row.text(1), "a trial's error that");
         trial.error = error.is_string() ? error.get<std::string>() : error.dump();
       });
  rows("value_json", "trial_system_attributes", " AND state = 'WAITING'" + key(fixed_key),
       [](const Statement& row, Trial& trial) {
         trial.fixed = parse_json(row.text(1), "values for a waiting trial, which");
         if (!trial.fixed.is_object()) throw Error("values for a waiting trial that have no names");
       });
  expect_values(all, read_distributions(database, study));  // last: others add to them
  return all;
}

void add_attribute(Database& database, const std::string& table, const std::string& owner,
                   std::int64_t id, const std::string& key, const json& value) {
  database.prepare("INSERT INTO " + table + " (" + owner + ", key, value_json) VALUES (?, ?, ?)")
      ->bind(id)
      .bind(key)
      .bind(value.dump(-1, ' ', false, json::error_handler_t::replace))
      .step();
}

bool start_trial(Database& database, std::int64_t study, Trial& trial, const Space& space,
                 std::int64_t worker) {
  if (trial.state == TrialState::waiting) {
    const auto begun = database.prepare(
        "UPDATE trials SET state = 'RUNNING', datetime_start = ? WHERE trial_id = ? AND state = "
        "'WAITING' RETURNING trial_id");
    if (!begun->bind(now()).bind(trial.id).step()) return false;
  } else {
    const auto row = database.prepare(
        "INSERT INTO trials (number, study_id, state, datetime_start) VALUES (?, ?, 'RUNNING', ?) "
        "RETURNING trial_id");
    row->bind(trial.number).bind(study).bind(now()).step();
    trial.id = row->integer(0);
  }
  trial.state = TrialState::running;
  for (const auto& [name, value] : trial.params)
    database
        .prepare(
            "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) "
            "VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
        ->bind(trial.id)
        .bind(name)
        .bind(value)
        .bind(to_optuna(space.find(name)->distribution).dump())
        .step();
  database
      .prepare("INSERT INTO trial_heartbeats (trial_id, heartbeat) VALUES (?, CURRENT_TIMESTAMP)")
      ->bind(trial.id)
      .step();
  trial.watched = true;
  add_attribute(database, "trial_system_attributes", "trial_id", trial.id, worker_key, worker);
  return true;
}

bool end_trial(Database& database, const Trial& trial) {
  const auto ended = database.prepare(
      "UPDATE trials SET state = ?, datetime_complete = ? WHERE trial_id = ? AND state = 'RUNNING' "
      "RETURNING trial_id");
  if (!ended->bind(state_names.at(trial.state)).bind(now()).bind(trial.id).step()) return false;
  for (const auto& [step, value] : trial.intermediate) {
    const auto row = database.prepare(
        "INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, "
        "intermediate_value_type) VALUES (?, ?, ?, ?)");
    bind_number(row->bind(trial.id).bind(step), value);
    row->step();
  }
  if (trial.value) {
    const auto row = database.prepare(
        "INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (?, 0, ?, ?)");
    bind_number(row->bind(trial.id), *trial.value);
    row->step();
  }
  if (!trial.error.empty())
    add_attribute(database, "trial_user_attributes", "trial_id", trial.id, error_key, trial.error);
  return true;
}

void fail_trial(Database& database, std::int64_t id) {
  database
      .prepare(
          "UPDATE trials SET state = 'FAIL', datetime_complete = ? WHERE trial_id = ? AND state = "
          "'RUNNING'")
      ->bind(now())
      .bind(id)
      .step();
}

void fail_trials_of(Database& database, std::int64_t worker) {
  database
      .prepare(
          "UPDATE trials SET state = 'FAIL', datetime_complete = ? WHERE state = 'RUNNING' AND "
          "trial_id IN (SELECT trial_id FROM trial_system_attributes WHERE key = ? AND value_json "
          "= ?)")
      ->bind(now())
      .bind(worker_key)
      .bind(std::to_string(worker))
      .step();
}

}  // namespace tutti
