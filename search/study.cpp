#include "search/study.h"

#include <algorithm>
#include <cmath>

#include "kernels/support/error.h"
#include "kernels/support/json_text.h"
#include "search/storage/schema.h"
#include "search/storage/study_copy.h"
#include "search/storage/trial_rows.h"

namespace tutti {
namespace {

using nlohmann::json;

constexpr const char* settings_key = "tutti";
constexpr int grace_seconds = 120;  // for heartbeats of other programs

const char* direction_name(Direction direction) {
  return direction == Direction::maximize ? "MAXIMIZE" : "MINIMIZE";
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

Study::Study(const std::string& place, const std::string& name, Direction direction,
             const Space& space, const json& settings)
    : database_(open_database(place, Database::Access::create)), worker_(database_->join()) {
  await_schema(*database_);
  Transaction transaction(*database_);
  database_->run(database_->dialect().keep_out);
  create(name, direction);
  find(name);
  expect_original(*database_);
  if (direction_ != direction)
    throw Error(this->place(), ": its study is to ", direction_name(direction_),
                " its value; this search would ", direction_name(direction));
  expect_space(space);
  keep_settings(settings);
  fail_trials_of(*database_, worker_->number());  // the process that had the number before is gone
  transaction.commit();
  heartbeat_ = std::make_unique<Heartbeat>(place, worker_->number());
}

Study::Study(const std::filesystem::path& path)
    : database_(open_database(path, Database::Access::read)) {
  find("");
}

void Study::create(const std::string& name, Direction direction) {
  const bool is_new = database_->prepare(database_->dialect().is_new)->step();
  if (is_new) create_schema(*database_);
  if (!is_new && !database_->dialect().many) return;
  const auto study = database_->prepare(
      "INSERT INTO studies (study_name) VALUES (?) ON CONFLICT DO NOTHING RETURNING study_id");
  if (!study->bind(name).step()) return;
  database_
      ->prepare("INSERT INTO study_directions (direction, study_id, objective) VALUES (?, ?, 0)")
      ->bind(direction_name(direction))
      .bind(study->integer(0))
      .step();
}

void Study::find(const std::string& name) try {
  expect_schema(*database_);
  const auto studies =
      database_->prepare("SELECT study_id, study_name FROM studies" +
                         std::string(database_->dialect().many ? " WHERE study_name = ?" : ""));
  if (database_->dialect().many) studies->bind(name);
  if (!studies->step()) throw Error("holds no study");
  id_ = studies->integer(0);
  name_ = studies->text(1);
  if (studies->step()) throw Error("holds several studies; a search needs a file with one");
  const auto directions =
      database_->prepare("SELECT direction FROM study_directions WHERE study_id = ?");
  directions->bind(id_);
  if (!directions->step()) throw Error("its study has no direction");
  direction_ = directions->text(0) == "MINIMIZE" ? Direction::minimize : Direction::maximize;
  if (directions->step()) throw Error("its study has several objectives; one is possible here");
  const auto attribute = database_->prepare(
      "SELECT value_json FROM study_user_attributes WHERE study_id = ? AND key = ?");
  if (attribute->bind(id_).bind(settings_key).step())
    settings_ = parse_json(attribute->text(0), "what it keeps of the search");
  if (!settings_.is_null() && !(settings_.is_object() && settings_.contains("objective") &&
                                settings_["objective"].is_string()))
    throw Error("what it keeps of the search has no objective");
} catch (const std::exception& problem) {
  const std::string what = reason_of(problem);
  throw Error(what.starts_with(place()) ? what : place() + ": " + what);
}

void Study::keep_settings(const json& settings) {
  if (settings_.is_null()) {
    add_attribute(*database_, "study_user_attributes", "study_id", id_, settings_key, settings);
    settings_ = settings;
  }
  for (const auto& [key, value] : settings.items())
    if (const json before = settings_.value(key, json()); before != value)
      throw Error(place(), ": this study was started with ", key, " ", before.dump(), ", not ",
                  value.dump(), "; go on with the same, or choose another ",
                  database_->dialect().many ? "database" : "--out");
}

template <class Read>
auto Study::naming(Read read) try {
  return read();
} catch (const std::exception& problem) {
  const std::string what = reason_of(problem);
  throw Error(what.starts_with(place()) ? what : place() + ": holds " + what);
}

std::map<std::string, Distribution> Study::distributions() {
  return naming([&] { return read_distributions(*database_, id_); });
}

void Study::expect_space(const Space& space) {
  for (const auto& [name, distribution] : distributions()) {
    const SpaceParameter* here = space.find(name);
    if (!here || here->distribution != distribution)
      throw Error(place(), ": is a study of another space: '", name, "' is ",
                  to_optuna(distribution).dump(), " there and ",
                  here ? to_optuna(here->distribution).dump() : "not searched", " here");
  }
}

std::vector<Trial> Study::trials() {
  return naming([&] { return read_trials(*database_, id_); });
}

std::vector<Trial> Study::ask(const Space& space, const Sampler& sampler, std::uint64_t seed,
                              std::int64_t most, std::int64_t target) {
  Transaction transaction(*database_);
  database_
      ->prepare(std::string("SELECT 1 FROM studies WHERE study_id = ?") +
                database_->dialect().for_update)
      ->bind(id_)
      .step();
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
    if (!start_trial(*database_, id_, trial, space, worker_->number())) {
      waiting->state = TrialState::running;  // by somebody else
      continue;
    }
    if (possible) {
      asked.push_back(trial);
    } else {
      trial.state = TrialState::fail;
      end_trial(*database_, trial);
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
  Transaction transaction(*database_);
  const bool recorded = end_trial(*database_, trial);
  transaction.commit();
  return recorded;
}

void Study::fail_lost_trials() {
  const auto running = database_->prepare(
      "SELECT t.trial_id, a.value_json, " + std::string(database_->dialect().heartbeat_age) +
      " FROM trials t LEFT JOIN trial_heartbeats h USING (trial_id) LEFT JOIN "
      "trial_system_attributes a ON a.trial_id = t.trial_id AND a.key = ? WHERE t.study_id = ? AND "
      "t.state = 'RUNNING'");
  running->bind(worker_key).bind(id_);
  std::vector<std::int64_t> lost;
  while (running->step()) {
    const bool ours = !running->null(1);
    if (ours ? !worker_->alive(running->integer(1))
             : !running->null(2) && std::abs(running->integer(2)) > grace_seconds)
      lost.push_back(running->integer(0));
  }
  for (const auto id : lost) fail_trial(*database_, id);
}

void Study::copy_to(const std::filesystem::path& path) { copy_study(*database_, id_, path); }

}  // namespace tutti
