#include "datasets/feature_table.h"
#include "datasets/song_table.h"
#include "kernels/support/error.h"
#include "models/feature_classifier.h"
#include "models/keras/layers.h"
#include "models/run/checkpoint.h"
#include "models/run/model.h"

namespace tutti {
namespace {

namespace fs = std::filesystem;

/// The LSTM and the simple RNN.
class FeatureModelOfRun : public RunModel {
 public:
  FeatureModelOfRun(const RunFile& run, Device device)
      : run_(run),
        preprocessing_(feature_preprocessing(run)),
        classifier_{load(run, device), {preprocessing_.scaler}} {}

  const RunTraits& traits() const override {
    static const RunTraits all = {.takes = InputFiles::tables,
                                  .unit = "songs",
                                  .files_at_once = 1,
                                  .votes = false,
                                  .validates_on_test = false};
    return all;
  }
  std::int64_t classes() const override { return classifier_.model.classes(); }
  Tensor score(const Tensor& inputs, const std::vector<std::int32_t>& rows) const override {
    FeatureTable table;
    table.values = inputs;
    return Tensor::from({1, static_cast<std::int64_t>(rows.size()), classes()},
                        classifier_.predict(0, table, rows));
  }
  Preprocessor preprocessor() const override { return tutti::preprocessor(run_, preprocessing_); }

  NamedInputs read_files(const std::vector<fs::path>& files, const Progress&) const override {
    std::vector<std::string> names;
    std::vector<Tensor> values;
    for (const auto& path : files) {
      expect_same_features(path);
      const FeatureTable table = load_feature_table(path, false);
      names.insert(names.end(), table.names.begin(), table.names.end());
      values.push_back(table.values);
    }
    return {std::move(names), stacked(values)};
  }

  LabeledInputs read_data(const fs::path& data, bool, const Progress&) const override {
    expect_same_features(data);
    FeatureTable table = load_feature_table(data);
    return {data,
            std::move(table.names),
            table.values,
            std::move(table.classes),
            std::move(table.labels),
            std::move(table.fingerprint)};
  }

 private:
  static Model load(const RunFile& run, Device device) {
    const fs::path path = run.folder / "model.h5";
    Model model = load_member(path, read_keras_file(path, ReadOptimizer::no), device);
    const auto features = static_cast<std::int64_t>(feature_names().size());
    if (model.input_shape() != Shape{features, 1})
      throw Error(path.string(), ": takes ", model.input_shape(), ", not ", Shape{features, 1},
                  ": ", features, " features");
    restore_unfinished(run, model);
    return model;
  }

  void expect_same_features(const fs::path& table) const {
    const auto version = librosa_version_of_table(table);
    if (!version || !preprocessing_.librosa_version || *version == *preprocessing_.librosa_version)
      return;
    const char* const wanted = name(*preprocessing_.librosa_version);
    throw Error(table.string(), ": its features are those of librosa ", name(*version),
                ", those that ", run_.folder.string(), " was trained on of ", wanted,
                "; make it with tutti features --compat ", wanted);
  }

  RunFile run_;
  FeaturePreprocessing preprocessing_;
  FeatureClassifiers classifier_;
};

}  // namespace

std::unique_ptr<RunModel> load_feature_model(const RunFile& run, Device device) {
  return std::make_unique<FeatureModelOfRun>(run, device);
}

}  // namespace tutti
