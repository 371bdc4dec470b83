#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "search/sampler.h"
#include "search/storage/database.h"
#include "search/storage/heartbeat.h"
#include "search/trial.h"

namespace tutti {

/// A study in Optuna's storage, an SQLite file or a database on a PostgreSQL server (schema 12):
/// Optuna and its dashboard open it, and several processes may work on it at once. Errors name the
/// place and what would help.
class Study {
 public:
  /// A study to work on; made if it is not there. A file holds one, a server one of each name.
  /// `settings` are what a search must not change when it goes on; an Error says which differ. A
  /// study that Optuna made has none yet and gets these. Its recorded parameters must be the
  /// space's.
  Study(const std::string& place, const std::string& name, Direction direction, const Space& space,
        const nlohmann::json& settings);
  /// A study to look at, in a file.
  explicit Study(const std::filesystem::path& path);

  const std::string& place() const { return database_->name(); }  // as it may be shown
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

  /// Writes a server's study as it is now into an SQLite file, which is only to be looked at. An
  /// Error if anything but an older copy is there.
  void copy_to(const std::filesystem::path& path);

 private:
  /// What `read` returns; its Errors name the place.
  template <class Read>
  auto naming(Read read);
  void find(const std::string& name);
  void create(const std::string& name, Direction direction);
  void keep_settings(const nlohmann::json& settings);
  void expect_space(const Space& space);
  void fail_lost_trials();

  std::unique_ptr<Database> database_;
  std::unique_ptr<Worker> worker_;  // of a study to work on
  std::int64_t id_ = 0;
  std::string name_;
  Direction direction_ = Direction::maximize;
  nlohmann::json settings_;
  std::unique_ptr<Heartbeat> heartbeat_;  // of a study to work on
};

}  // namespace tutti
