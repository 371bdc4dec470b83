#pragma once
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "kernels/support/enum_names.h"
#include "models/run/checksums.h"

namespace tutti {

enum class RunState { training, finished };
template <>
inline constexpr EnumNames<RunState> enum_names<RunState> = {
    "a state of a run", {{RunState::training, "training"}, {RunState::finished, "finished"}}};

enum class ModelKind { ensemble, lstm, rnn, melcnn };
template <>
inline constexpr EnumNames<ModelKind> enum_names<ModelKind> = {"a kind of model",
                                                               {{ModelKind::ensemble, "ensemble"},
                                                                {ModelKind::lstm, "lstm"},
                                                                {ModelKind::rnn, "rnn"},
                                                                {ModelKind::melcnn, "melcnn"}}};

/// What run.json says of how a run's model is used. What trained it stands there too, for people.
struct RunFile {
  std::filesystem::path folder;
  ModelKind kind = ModelKind::ensemble;
  std::vector<std::string> classes;           // in the order of the outputs; none if not known
  std::optional<std::string> fingerprint;     // of the data that it was trained on
  std::optional<std::int64_t> members;        // of what votes, if known
  std::optional<double> out_of_bag_accuracy;  // of an ensemble, after training
  nlohmann::json preprocessing;  // as models/run/preprocessing.h reads it; null: not known
  /// Of the probabilities of each network: see models/calibration.h. 1: as the networks give them.
  double temperature = 1;
  RunState state = RunState::finished;  // training: under way, or interrupted
  Checksums checksums = {};             // none while it is trained
  std::string text = {};                // of run.json as it was read

  std::filesystem::path path() const { return folder / "run.json"; }
};

/// The keys of run.json for this, but for the folder; to be merged with what else is written.
nlohmann::json to_json(const RunFile& run);

/// Whether run.json is still what it was when it was read. Training that replaces a run changes it
/// before any other file.
bool is_current(const RunFile& run);

/// run.json of a run, finished or not, or of the built-in one ("pretrained"); or, of a folder with
/// Keras files and no run.json, an ensemble of them with these classes. An Error names the file and
/// the key that is missing or wrong; or says that it is no such folder, or that run.json names the
/// classes.
RunFile read_run_file(const std::filesystem::path& place,
                      const std::vector<std::string>& classes = {});

}  // namespace tutti
