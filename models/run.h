#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "datasets/split.h"
#include "models/prediction.h"
#include "models/run/model.h"

namespace tutti {

/// A trained model of whichever kind, as its run directory holds it, or as a folder of Keras files
/// does, which make an ensemble.
class Run {
 public:
  /// Loads the model. An Error names the file that is missing, surplus, damaged or of another shape
  /// or number of classes.
  explicit Run(RunFile file, Device device = Device::cpu);
  explicit Run(const std::filesystem::path& folder, Device device = Device::cpu)
      : Run(read_run_file(folder), device) {}

  const RunFile& file() const { return file_; }
  /// The genres in the order of the outputs; none of Keras files whose classes were not named.
  const std::vector<std::string>& classes() const { return file_.classes; }
  const RunTraits& traits() const { return model_->traits(); }
  /// Of a run whose training has not ended, how many epochs the model has been trained for.
  std::optional<std::size_t> unfinished_after() const;

  /// Every member's probabilities, float32 [members, n, classes], for inputs [n, …] or rows of
  /// them. Their mean is still to be brought to the run's temperature: see tempered_mean.
  Tensor score(const Tensor& inputs) const;
  Tensor score(const Tensor& inputs, const std::vector<std::int32_t>& rows) const;

  /// See RunModel. Labels are those of the run's classes; an Error names a genre that is not one of
  /// them.
  Preprocessor preprocessor() const { return model_->preprocessor(); }
  NamedInputs read_files(const std::vector<std::filesystem::path>& files,
                         const Progress& progress = {}) const {
    return model_->read_files(files, progress);
  }
  LabeledInputs read_data(const std::filesystem::path& data, bool skip_bad = false,
                          const Progress& progress = {}) const;

  /// Whether the run was trained on a data set.
  bool trained_on(const LabeledInputs& data) const {
    return file_.fingerprint && *file_.fingerprint == data.fingerprint;
  }
  /// The rows of a part, as split.csv says. An Error if that is of other data, damaged or has none.
  std::vector<std::int32_t> rows_of(const LabeledInputs& data, Part part) const;

  /// Probabilities [classes] of a song, by windows [n, …] of it: the mean over windows and members.
  /// For a stream of windows, those of its parts may be averaged.
  std::vector<float> predict(const Tensor& windows) const;

  /// The vote of every member's probabilities [members, windows, classes] for a song's windows.
  Prediction decide(const std::string& name, const Tensor& scores, Vote rule) const;

  /// The vote on examples whose windows are consecutive rows of the inputs [sum of windows, …],
  /// `windows[i]` of example i.
  std::vector<Prediction> predict(const std::vector<std::string>& names,
                                  const std::vector<std::int64_t>& windows, const Tensor& inputs,
                                  Vote rule = Vote::mean) const;

 private:
  /// An Error if there are none.
  const std::vector<std::string>& named_classes() const;

  RunFile file_;
  std::unique_ptr<RunModel> model_;
};

}  // namespace tutti
