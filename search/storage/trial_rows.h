#pragma once
#include <map>
#include <string>
#include <vector>

#include "search/storage/database.h"
#include "search/trial.h"

/// Trials as rows of Optuna's tables.
namespace tutti {

/// System attribute of a trial: the number of the worker that runs it.
inline constexpr const char* worker_key = "tutti:worker";

/// Of every parameter that a study's trials have. An Error says what is wrong with one.
std::map<std::string, Distribution> read_distributions(Database& database, std::int64_t study);

/// A study's trials by number. An Error says what is wrong with one.
std::vector<Trial> read_trials(Database& database, std::int64_t study);

/// Makes a trial running: a new one, which gets its id, or a waiting one; false if somebody else
/// has begun that.
bool start_trial(Database& database, std::int64_t study, Trial& trial, const Space& space,
                 std::int64_t worker);

/// Records how a trial ended; false, and nothing is recorded, if it is not running any more.
bool end_trial(Database& database, const Trial& trial);

/// Marks a trial, if it is running, as failed.
void fail_trial(Database& database, std::int64_t id);

/// Marks a worker's running trials, of all studies, as failed.
void fail_trials_of(Database& database, std::int64_t worker);

/// An attribute in a table of `owner`s: a study's or a trial's.
void add_attribute(Database& database, const std::string& table, const std::string& owner,
                   std::int64_t id, const std::string& key, const nlohmann::json& value);

}  // namespace tutti
