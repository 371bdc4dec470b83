#include <set>

#include "datasets/song_pictures.h"
#include "datasets/spectrogram_tree.h"
#include "kernels/support/error.h"
#include "models/ensemble.h"
#include "models/run/checkpoint.h"
#include "models/run/model.h"

namespace tutti {
namespace {

namespace fs = std::filesystem;

/// An Error if there are not as many members' files as run.json says.
void expect_members(const RunFile& run) {
  if (!run.members) return;
  const auto wanted = std::to_string(*run.members) + " members, as run.json says";
  for (std::int64_t m = 0; m < *run.members; ++m) {
    const std::string file = "classifier_" + std::to_string(m) + ".h5";
    if (!fs::exists(run.folder / file))
      throw Error(run.folder.string(), ": holds no ", file, " of ", wanted);
  }
  for (const auto& entry : fs::directory_iterator(run.folder))
    if (const auto number = member_number(entry.path()); number && *number >= *run.members)
      throw Error(entry.path().string(), ": is not one of ", wanted, "; remove it");
}

class EnsembleModel : public RunModel {
 public:
  EnsembleModel(const RunFile& run, Device device)
      : run_(run), preprocessing_(picture_preprocessing(run)), ensemble_(load(run, device)) {}

  const RunTraits& traits() const override {
    static const RunTraits all = {.takes = InputFiles::pictures,
                                  .unit = "pictures",
                                  .files_at_once = 64,
                                  .votes = true,
                                  .validates_on_test = true};
    return all;
  }
  std::int64_t classes() const override { return ensemble_.classes(); }
  Tensor score(const Tensor& inputs, const std::vector<std::int32_t>& rows) const override {
    return ensemble_.predict_classifiers(inputs, rows).scores;
  }
  Preprocessor preprocessor() const override { return tutti::preprocessor(run_, preprocessing_); }

  NamedInputs read_files(const std::vector<fs::path>& files,
                         const Progress& progress) const override {
    std::set<fs::path> trees;
    for (const auto& file : files) trees.insert(fs::absolute(file).parent_path().parent_path());
    for (const auto& tree : trees) expect_same_scale(tree);
    const Pictures pictures = load_pictures(files, progress);
    NamedInputs result{{}, pictures.pixels, pictures.bad};
    for (const auto& path : pictures.paths) result.names.push_back(path.string());
    return result;
  }

  LabeledInputs read_data(const fs::path& data, bool skip_bad,
                          const Progress& progress) const override {
    expect_same_scale(data);
    SpectrogramTree tree = load_spectrogram_tree(data, skip_bad, progress);
    std::vector<std::string> names;
    for (const auto& path : tree.pictures.paths) names.push_back(path.generic_string());
    return {data,
            std::move(names),
            tree.pictures.pixels,
            std::move(tree.genres),
            std::move(tree.labels),
            tree.pictures.fingerprint};
  }

 private:
  static Ensemble load(const RunFile& run, Device device) {
    expect_members(run);
    Ensemble ensemble = Ensemble::load_model(run.folder, device);
    restore_unfinished(run, ensemble.model());
    return ensemble;
  }

  void expect_same_scale(const fs::path& tree) const {
    const auto scale = scale_of_tree(tree);
    if (scale && preprocessing_.scale && *scale != *preprocessing_.scale)
      throw Error(tree.string(), ": its pictures are of the scale ", name(*scale), ", those that ",
                  run_.folder.string(), " was trained on of ", name(*preprocessing_.scale));
  }

  RunFile run_;
  PicturePreprocessing preprocessing_;
  Ensemble ensemble_;
};

}  // namespace

std::unique_ptr<RunModel> load_ensemble_model(const RunFile& run, Device device) {
  return std::make_unique<EnsembleModel>(run, device);
}

}  // namespace tutti
