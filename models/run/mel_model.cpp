#include <set>

#include "datasets/spectrogram_tree.h"
#include "kernels/support/error.h"
#include "models/mel/mel_ensemble.h"
#include "models/mel/windows.h"
#include "models/run/model.h"

namespace tutti {
namespace {

namespace fs = std::filesystem;

class MelModel : public RunModel {
 public:
  MelModel(const RunFile& run, Device device)
      : run_(run), preprocessing_(mel_preprocessing(run)), ensemble_(load(run, device)) {
    if (run.members && *run.members != ensemble_.size())
      throw Error(run.folder.string(), ": holds ", ensemble_.size(), " networks, not ",
                  *run.members, " as run.json says");
    if (const auto bands = ensemble_.bands(); bands && *bands != preprocessing_.bands)
      throw Error(run.path().string(), ": damaged: its networks take ", *bands, " bands, not ",
                  preprocessing_.bands);
    if (const auto crop = ensemble_.crop(); crop && *crop > preprocessing_.frames)
      throw Error(run.path().string(), ": damaged: its networks take crops of ", *crop,
                  " frames, from windows of ", preprocessing_.frames);
  }

  const RunTraits& traits() const override {
    static const RunTraits all = {.takes = InputFiles::pictures,
                                  .unit = "clips",
                                  .files_at_once = 64,
                                  .votes = true,
                                  .validates_on_test = false,
                                  .windows = Windows::clips};
    return all;
  }
  std::int64_t classes() const override { return ensemble_.genres(); }
  Tensor score(const Tensor& inputs, const std::vector<std::int32_t>& rows) const override {
    return ensemble_.score(inputs, rows);
  }
  Preprocessor preprocessor() const override { return tutti::preprocessor(preprocessing_); }

  NamedInputs read_files(const std::vector<fs::path>& files,
                         const Progress& progress) const override {
    std::set<fs::path> trees;
    for (const auto& file : files) trees.insert(fs::absolute(file).parent_path().parent_path());
    for (const auto& tree : trees) expect_same_scale(tree);
    const Clips clips = load_clips(files, progress);
    NamedInputs result{{}, {}, clips.bad};
    if (clips.paths.empty()) return result;
    for (const auto& path : clips.paths) result.names.push_back(path.string());
    result.inputs = windows(clips, clips.paths[0]);
    return result;
  }

  LabeledInputs read_data(const fs::path& data, bool skip_bad,
                          const Progress& progress) const override {
    expect_same_scale(data);
    ClipTree tree = load_clip_tree(data, skip_bad, progress);
    std::vector<std::string> names;
    for (const auto& path : tree.clips.paths) names.push_back(path.generic_string());
    return {data,
            std::move(names),
            windows(tree.clips, data),
            std::move(tree.genres),
            std::move(tree.labels),
            tree.clips.fingerprint};
  }

 private:
  static MelEnsemble load(const RunFile& run, Device device) {
    if (run.state == RunState::training)
      throw Error(run.folder.string(),
                  ": its training has not ended; train melcnn --resume goes on");
    return MelEnsemble::load(run.folder, device);
  }

  Tensor windows(const Clips& clips, const fs::path& from) const {
    if (clips.bands() != preprocessing_.bands)
      throw Error(from.string(), ": has ", clips.bands(), " bands, those that ",
                  run_.folder.string(), " was trained on ", preprocessing_.bands);
    return windows_of(clips, preprocessing_.frames);
  }

  void expect_same_scale(const fs::path& tree) const {
    const auto scale = scale_of_tree(tree);
    if (scale && *scale != preprocessing_.scale)
      throw Error(tree.string(), ": its pictures are of the scale ", name(*scale), ", those that ",
                  run_.folder.string(), " was trained on of ", name(preprocessing_.scale));
  }

  RunFile run_;
  MelPreprocessing preprocessing_;
  MelEnsemble ensemble_;
};

}  // namespace

std::unique_ptr<RunModel> load_mel_model(const RunFile& run, Device device) {
  return std::make_unique<MelModel>(run, device);
}

}  // namespace tutti
