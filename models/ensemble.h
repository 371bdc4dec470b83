#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/members.h"
#include "engine/training/train.h"
#include "models/genre_cnn.h"
#include "models/vote.h"

namespace tutti {

struct FitOptions {
  /// Draws with replacement per member, as a share of the training set; the name is the original's.
  double bootstrap_percent = 0.9;
  int batch_size = 32;
  int epochs = 15;
  double learning_rate = 1e-4;
  std::uint64_t seed = 54;
  PixelNormalization normalization = PixelNormalization::standardize;
  Device device = Device::cpu;
  std::int64_t shards = 0;  // data-parallel: see TrainerOptions
  std::int64_t first_member =
      0;  // number of the first member; a member's result depends on its number
  /// A file whose weights every member starts from, or a folder of as many files as there are
  /// members. Pictures are then scaled as the files say, and Adam goes on where all of them hold
  /// it.
  std::filesystem::path from = {};
  /// A checkpoint to go on from, of the same examples and options but for `from`, which is then a
  /// folder of the same members.
  const TrainCheckpoint* checkpoint = nullptr;
  /// Called once everything is known to fit and `from` has been read, before the first file is
  /// written.
  std::function<void()> on_start = {};
};

/// A bagged ensemble of GenreCnn. Pictures are uint8 [n, 2900, 127, 1], time first, as the data set
/// loader makes them; y is int32 [n].
class Ensemble {
 public:
  /// fit() saves members in `path` as classifier_0.h5, classifier_1.h5, …; nowhere if it is empty.
  Ensemble(std::int64_t n_classifiers, std::filesystem::path path, std::int64_t classes = 10);

  /// Trains all members, each on its own bootstrap sample. The members are saved at the start, at
  /// the end and, unless the observer keeps checkpoints, after every epoch, so that what stops
  /// training early leaves the last good state.
  History fit(const Examples& training, const Examples& validation, const FitOptions& options = {},
              std::stop_token stop = {}, const TrainObserver& observer = {});
  History fit(const Tensor& X, const Tensor& y, const Examples& validation,
              const FitOptions& options = {}) {
    return fit(Examples(X, y), validation, options);
  }

  struct Scores {
    Tensor scores;                                  // float32 [members, n, classes]
    std::vector<std::vector<std::int32_t>> labels;  // [members][n]
  };
  /// Each member's probabilities and classes, for all of X or for the rows given.
  Scores predict_classifiers(const Tensor& X) const;
  Scores predict_classifiers(const Tensor& X, const std::vector<std::int32_t>& rows) const;

  /// The class that the members vote for.
  std::vector<std::int32_t> predict(const Tensor& X, Vote vote = Vote::mean) const;

  /// After fit: accuracy of the mean vote on training examples, each voted on only by the members
  /// whose sample does not hold it. Nothing if every example is in every sample.
  std::optional<double> out_of_bag_accuracy(const Examples& training) const;

  /// The members in a folder: its member_files(). An Error names the file that is damaged or of
  /// another shape than the first.
  static Ensemble load_model(const std::filesystem::path& path, Device device = Device::cpu);

  /// Writes the members' files, as fit() does, or into another folder.
  void save() const {
    if (!path_.empty()) save(path_);
  }
  void save(const std::filesystem::path& folder) const;

  std::int64_t size() const { return n_classifiers_; }
  std::int64_t classes() const { return classes_; }
  const Model& model() const;

 private:
  /// The members of FitOptions::from.
  void start_from(const std::filesystem::path& from, Device device);
  /// Pictures as the model takes them.
  Tensor oriented(const Tensor& pictures) const;

  std::int64_t n_classifiers_;
  std::filesystem::path path_;
  std::int64_t classes_;
  double learning_rate_ = 1e-4;
  std::vector<OptimizerState> optimizer_;  // of each member after fit
  bool time_first_ = true;                 // or frequency first, as in files from elsewhere
  std::optional<Model> model_;
  MemberRows samples_;  // of the training data
};

/// The files of an ensemble's members in a folder: classifier_0.h5, classifier_1.h5, …; where there
/// is none, all .h5 and .keras files by name.
std::vector<std::filesystem::path> member_files(const std::filesystem::path& folder);
/// Of classifier_K.h5 the number K; nothing if a file has another name.
std::optional<std::int64_t> member_number(const std::filesystem::path& file);

}  // namespace tutti
