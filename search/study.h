#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "search/heartbeat.h"
#include "search/sampler.h"
#include "search/sqlite.h"
#include "search/trial.h"
#include "search/worker.h"

namespace tutti {

/// A study in Optuna's storage, an SQLite file (schema 12): Optuna and its dashboard open it, and
/// several processes may work on it at once. Errors name the file and what would help.
class Study {
 public:
  /// A study to work on; made if the file is not there. `settings` are what a search must not
  /// change when it goes on; an Error says which differ. A study that Optuna made has none yet and
  /// gets these. Its recorded parameters must be the space's.
  Study(const std::filesystem::path& path, const std::string& name, Direction direction,
        const Space& space, const nlohmann::json& settings);
  /// A study to look at.
  explicit Study(const std::filesystem::path& path);

  Direction direction() const { return direction_; }
  const std::string& name() const { return name_; }
  const nlohmann::json& settings() const { return settings_; }
  /// Of every parameter that a trial has.
  std::map<std::string, Distribution> distributions();
  /// All trials by number.
  std::vector<Trial> trials();

  /// Up to `most` running trials, fewer if the study then holds `target`; none if the sampler has
  /// nothing left. Waiting trials come first, with the values that Optuna's enqueue_trial gave
  /// them; they fail if the space has no such values. What the sampler chooses depends on the
  /// trials before, the seed and the trial's number.
  std::vector<Trial> ask(const Space& space, const Sampler& sampler, std::uint64_t seed,
                         std::int64_t most, std::int64_t target);

  /// Records how a trial ended: state, value and intermediate values. False, and nothing is
  /// recorded, if it is not running any more.
  bool tell(const Trial& trial);

  /// Marks running trials whose process is gone as failed.
  void fail_lost_trials();

 private:
  /// What `read` returns; its Errors name the file.
  template <class Read>
  auto naming(Read read);
  std::vector<Trial> read_trials(const std::map<std::string, Distribution>& distributions);
  void find_study();
  void create(const std::string& name, Direction direction);
  void keep_settings(const nlohmann::json& settings);
  void expect_space(const Space& space);
  void start(Trial& trial, const Space& space);
  bool record(const Trial& trial);
  void set_attribute(const char* table, const char* owner, std::int64_t id, const std::string& key,
                     const nlohmann::json& value);

  std::filesystem::path path_;
  std::unique_ptr<Worker> worker_;  // of a study to work on
  Database database_;
  std::int64_t id_ = 0;
  std::string name_;
  Direction direction_ = Direction::maximize;
  nlohmann::json settings_;
  std::unique_ptr<Heartbeat> heartbeat_;  // of a study to work on
};

}  // namespace tutti
