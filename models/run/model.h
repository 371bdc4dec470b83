#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "datasets/audio/songs.h"
#include "datasets/pictures.h"
#include "models/run/file.h"
#include "models/run/preprocessing.h"

/// The model of a run behind one interface. A new kind is a class that implements it, a word of
/// ModelKind and a row in run_models.
namespace tutti {

/// What a model takes besides songs: nothing, pictures of spectrograms, or tables of features.
enum class InputFiles { none, pictures, tables };

/// What its users must know of a kind of model.
struct RunTraits {
  InputFiles takes;
  const char* unit;                // what the examples of its data are: "pictures"
  std::size_t files_at_once;       // so many of the files that it takes fit into memory as inputs
  bool votes;                      // it is an ensemble
  bool validates_on_test;          // it was validated on its test part and has no other
  Windows windows = Windows::all;  // of songs
};

/// Inputs of a model, [n, …], by their names.
struct NamedInputs {
  std::vector<std::string> names;
  Tensor inputs;
  std::vector<BadFile> bad = {};  // files that could not be read
};

/// A data set of them. Names are those of split.csv.
struct LabeledInputs {
  std::filesystem::path path;
  std::vector<std::string> names;
  Tensor inputs;
  std::vector<std::string> classes;
  std::vector<std::int32_t> labels;  // index into classes, one per input
  std::string fingerprint;
};

class RunModel {
 public:
  virtual ~RunModel() = default;

  virtual const RunTraits& traits() const = 0;
  virtual std::int64_t classes() const = 0;
  /// Every member's probabilities, float32 [members, rows, classes], for rows of inputs [n, …].
  virtual Tensor score(const Tensor& inputs, const std::vector<std::int32_t>& rows) const = 0;
  /// An Error if it is not known how the inputs that it was trained on were made from songs.
  virtual Preprocessor preprocessor() const = 0;

  // Errors of these say which file or data set was made otherwise than what it was trained on.

  /// Files of the kind that it takes, in memory.
  virtual NamedInputs read_files(const std::vector<std::filesystem::path>& files,
                                 const Progress& progress) const = 0;
  /// A data set to evaluate on. Examples that cannot be read are an Error unless `skip_bad`.
  virtual LabeledInputs read_data(const std::filesystem::path& data, bool skip_bad,
                                  const Progress& progress) const = 0;
};

/// Inputs [n, …] one after another, at least one, all of one type and of one shape but for n.
Tensor stacked(const std::vector<Tensor>& inputs);

using LoadRunModel = std::unique_ptr<RunModel> (*)(const RunFile& run, Device device);
std::unique_ptr<RunModel> load_ensemble_model(const RunFile& run, Device device);
std::unique_ptr<RunModel> load_feature_model(const RunFile& run, Device device);
std::unique_ptr<RunModel> load_mel_model(const RunFile& run, Device device);

}  // namespace tutti
