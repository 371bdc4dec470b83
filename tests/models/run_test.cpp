#include "models/run.h"

#include <atomic>
#include <fstream>
#include <limits>
#include <optional>
#include <thread>

#include "datasets/picture.h"
#include "datasets/song_pictures.h"
#include "kernels/support/files.h"
#include "models/ensemble.h"
#include "models/feature_classifier.h"
#include "models/keras/layers.h"
#include "models/predict_files.h"
#include "models/run/split_file.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"
#include "tests/support/songs.h"

using namespace tutti;
using namespace tutti::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

void write_run_json(const fs::path& folder, const json& document) {
  write_file(folder / "run.json", document.dump());
}

/// Four pictures of two genres as inputs, half of them bright.
Tensor four_pictures() {
  Tensor x = Tensor::empty({4, picture_times, picture_frequencies, 1}, DType::uint8, Device::cpu);
  const std::int64_t each = picture_times * picture_frequencies;
  for (std::int64_t i = 0; i < 4 * each; ++i)
    x.data<std::uint8_t>()[i] = static_cast<std::uint8_t>((i / each % 2 ? 150 : 20) + i % 13);
  return x;
}

/// An ensemble of two members, trained once.
struct TrainedEnsemble {
  TemporaryFolder folder;
  Ensemble ensemble{2, folder.path(), 2};
  RunFile file{folder.path(), ModelKind::ensemble, {"bright", "dark"}, "f00d", 2, 0.5, {}};

  TrainedEnsemble() {
    ensemble.fit(Examples(four_pictures(), {0, 1, 0, 1}, {0, 1, 2, 3}), Examples(),
                 {.batch_size = 2, .epochs = 1});
    file.preprocessing =
        to_json(PicturePreprocessing{PixelNormalization::standardize, PictureScale::mel});
    write_run_json(folder.path(), to_json(file));
  }
};
const TrainedEnsemble& ensemble() {
  static const TrainedEnsemble trained;
  return trained;
}

/// A run of it with links to its members' files.
struct EnsembleRun {
  TemporaryFolder folder;
  json document = to_json(ensemble().file);

  EnsembleRun() {
    for (const char* name : {"classifier_0.h5", "classifier_1.h5"})
      fs::create_symlink(ensemble().folder / name, folder / name);
  }
  void write() const { write_run_json(folder.path(), document); }
};

/// A classifier of features as it is at first, and its run.
struct FeatureRun {
  TemporaryFolder folder;
  FeatureTable table;
  std::optional<FeatureClassifiers> classifier;
  json document;

  explicit FeatureRun(FeatureModel model = FeatureModel::rnn) {
    std::ofstream(folder / "songs.csv") << tutti::test::table(20);
    table = load_feature_table(folder / "songs.csv");
    FeatureRecipe recipe;
    recipe.model = model;
    recipe.lstm = {.units = 3, .layers = 1, .dense = 3, .dense_layers = 1};
    const auto split = split_stratified(table.labels, table.classes, 0.2, 0.2, 1);
    classifier = build_classifiers(table, {split}, recipe);
    write_keras_file(folder / "model.h5", to_keras(classifier->model, 0, {1e-3}));
    const FeaturePreprocessing preprocessing{Scaling::minmax, classifier->scalers[0],
                                             LibrosaVersion::v0_11};
    document = to_json(RunFile{folder.path(),
                               from_name<ModelKind>(name(model)),
                               table.classes,
                               table.fingerprint,
                               {},
                               {},
                               to_json(preprocessing)});
    write();
  }
  void write() const { write_run_json(folder.path(), document); }
};

/// A change to run.json and what the Error must say.
struct Fault {
  const char* pointer;
  json value;  // null: the field goes
  const char* words;
};

template <class SomeRun>
void check_faults(SomeRun& run, const std::vector<Fault>& faults) {
  const json right = run.document;
  for (const auto& [pointer, value, words] : faults) {
    CAPTURE(pointer, value.dump());
    run.document = right;
    const json::json_pointer place(pointer);
    if (value.is_null())
      run.document.at(place.parent_pointer()).erase(place.back());
    else
      run.document[place] = value;
    run.write();
    CHECK_THROWS_WITH(Run(run.folder.path()), Contains("run.json: damaged: ") && Contains(words));
  }
  run.document = right;
  run.write();
  CHECK_NOTHROW(Run(run.folder.path()));
}

}  // namespace

TEST_CASE("The probabilities of a song are the mean over its windows and the members") {
  const Run run(ensemble().folder.path());
  const Tensor windows = four_pictures().slice(0, 2);
  const auto scores = run.score(windows).to_vector<float>();  // [2 members, 2 windows, 2 genres]
  const auto song = run.predict(windows);
  REQUIRE(song.size() == 2);
  for (std::size_t k = 0; k < 2; ++k)
    CHECK(song[k] == Approx((scores[k] + scores[2 + k] + scores[4 + k] + scores[6 + k]) / 4));
}

TEST_CASE("A network whose answer is not a number does not vote") {
  FeatureRun run;
  const Tensor weights = run.classifier->model.parameters().back().variable.value();
  std::vector<float> values(static_cast<std::size_t>(weights.size()),
                            std::numeric_limits<float>::quiet_NaN());
  Tensor(weights).copy_from(values.data(), weights.size());
  write_keras_file(run.folder / "model.h5", to_keras(run.classifier->model, 0, {1e-3}));
  const Run damaged(run.folder.path());
  CHECK_THROWS_WITH(damaged.score(Tensor::zeros({1, 28}, DType::float32, Device::cpu)),
                    Contains(run.folder.path().string()) &&
                        Contains("network 0 gives probabilities that are not numbers"));
}

TEST_CASE("A run of an ensemble scores as the ensemble itself") {
  const Run run(ensemble().folder.path());
  CHECK(run.file().kind == ModelKind::ensemble);
  CHECK(run.file().out_of_bag_accuracy == 0.5);
  CHECK(run.classes() == std::vector<std::string>{"bright", "dark"});
  CHECK(run.traits().takes == InputFiles::pictures);
  const Tensor scores = run.score(four_pictures());
  CHECK(scores.shape() == Shape{2, 4, 2});
  CHECK(scores.to_vector<float>() ==
        ensemble().ensemble.predict_classifiers(four_pictures()).scores.to_vector<float>());
  const auto some = run.score(four_pictures(), {2});
  CHECK(some.shape() == Shape{2, 1, 2});

  const Tensor heard = run.preprocessor()(std::vector<float>(50000, 0.1f));
  CHECK(heard.shape() == Shape{1, picture_times, picture_frequencies, 1});
  const auto predictions = run.predict({"a", "b"}, {3, 1}, four_pictures(), Vote::majority);
  REQUIRE(predictions.size() == 2);
  CHECK(predictions[0].path == "a");
  CHECK(predictions[0].windows.size() == 3);
  CHECK(predictions[0].votes.size() == 2);
  CHECK(predictions[0].windows[2].start == 60);
  CHECK(predictions[1].windows.size() == 1);
}

TEST_CASE("Runs of both classifiers of features score tables as the classifiers themselves") {
  for (const auto model : {FeatureModel::lstm, FeatureModel::rnn}) {
    CAPTURE(name(model));
    const FeatureRun f(model);
    const Run run(f.folder.path());
    CHECK(name(run.file().kind) == std::string(name(model)));
    CHECK(run.traits().takes == InputFiles::tables);
    const LabeledInputs data = run.read_data(f.folder / "songs.csv");
    CHECK(run.trained_on(data));
    CHECK(run.score(data.inputs, {3, 1}).to_vector<float>() ==
          f.classifier->predict(0, f.table, {3, 1}));
    CHECK(run.preprocessor()(std::vector<float>(50000, 0.1f)).shape() == Shape{1, 28});

    const auto from_file =
        predict_files(run, find_sources({(f.folder / "songs.csv").string()}, run.traits().takes));
    REQUIRE(from_file.all.size() == 20);
    CHECK(from_file.all[4].path == "song4");
    CHECK(from_file.all[4].votes.size() == 1);
    const NamedInputs twice = run.read_files({f.folder / "songs.csv", f.folder / "songs.csv"});
    CHECK(twice.names.size() == 40);
    CHECK(twice.inputs.dim(0) == 40);
  }
}

TEST_CASE("A run that training replaces is read as it was or as it is, never as a mixture") {
  struct Version {
    json document;
    std::string model, answer;
  };
  FeatureRun first(FeatureModel::lstm), second(FeatureModel::rnn);
  const Tensor x = Tensor::zeros({1, 28}, DType::float32, Device::cpu);
  std::vector<Version> versions;
  for (FeatureRun* run : {&first, &second}) {
    const Run whole(run->folder.path());
    const auto answer = whole.score(x).to_vector<float>();
    versions.push_back({json::parse(read_file(run->folder / "run.json")),
                        read_file(run->folder / "model.h5"),
                        std::string(name(whole.file().kind)) + std::to_string(answer[0])});
  }
  REQUIRE(versions[0].answer != versions[1].answer);

  const TemporaryFolder shared;
  const auto put = [&](const char* name, const std::string& text) {  // fast, for many chances
    std::ofstream(shared / "new", std::ios::binary) << text;
    fs::rename(shared / "new", shared / name);
  };
  int number = 0;                              // no two trainings leave the same run.json
  const auto replace = [&](Version version) {  // in the order of training
    version.document["number"] = ++number;
    version.document["state"] = "training";
    put("run.json", version.document.dump());
    fs::remove(shared / "model.h5");
    put("model.h5", version.model);
    version.document["state"] = "finished";
    put("run.json", version.document.dump());
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
  };
  replace(versions[0]);
  std::atomic<int> replaced = 0;
  std::optional<std::jthread> training(std::in_place, [&](std::stop_token stop) {
    while (!stop.stop_requested()) replace(versions[static_cast<std::size_t>(++replaced % 2)]);
  });
  while (replaced < 50) try {
      const Run run(shared.path());
      const auto answer = run.score(x).to_vector<float>();
      const std::string seen = std::string(name(run.file().kind)) + std::to_string(answer[0]);
      CHECK((seen == versions[0].answer || seen == versions[1].answer));
    } catch (const Error& problem) {  // of a training without a finished epoch, or of ten tries
      CHECK_THAT(problem.what(), Contains("no epoch of its training") || Contains("replaced"));
    }
  training.reset();
  CHECK_NOTHROW(Run(shared.path()));
}

TEST_CASE("A folder of Keras files is an ensemble of the classes that are named") {
  const TemporaryFolder folder;
  fs::create_symlink(ensemble().folder / "classifier_0.h5", folder / "mine.h5");
  const Run named(read_run_file(folder.path(), {"a", "b"}));
  CHECK(named.score(four_pictures()).shape() == Shape{1, 4, 2});
  CHECK_THROWS_WITH(named.preprocessor(), Contains("cannot classify songs"));
  CHECK_THROWS_WITH(Run(read_run_file(folder.path(), {"a", "b", "c"})),
                    Contains("tell 2 classes apart, not 3"));
  const Run unnamed(read_run_file(folder.path()));
  CHECK_THROWS_WITH(unnamed.predict({"a"}, {4}, four_pictures()), Contains("name its classes"));
  CHECK_THROWS_WITH(read_run_file(ensemble().folder.path(), {"a", "b"}),
                    Contains("run.json names its classes"));
  CHECK_THROWS_WITH(read_run_file(folder / "none"), Contains("no such run"));
  fs::remove(folder / "mine.h5");
  CHECK_THROWS_WITH(read_run_file(folder.path()), Contains("holds no run.json"));
}

TEST_CASE("A run.json that is missing a field or has one that is not known is an Error") {
  EnsembleRun run;
  check_faults(
      run, {{"/model", {}, "'model' is missing"},
            {"/model", "ansemble",
             "'model' 'ansemble' is not a kind of model; ensemble, lstm, rnn and melcnn are"},
            {"/model", 3, "'model'"},
            {"/classes", {}, "'classes' is missing"},
            {"/classes", {"a"}, "'classes' names fewer than two classes"},
            {"/classes", {"a", "a"}, "'classes' names a class twice"},
            {"/classes", {1, 2}, "'classes'"},
            {"/classes", "ab", "'classes'"},
            {"/data", {}, "'data' is missing"},
            {"/data", "here", "data is not an object"},
            {"/data/fingerprint", {}, "'data.fingerprint' is missing"},
            {"/data/fingerprint", 7, "'data.fingerprint'"},
            {"/options/members", {}, "'options.members' is missing"},
            {"/options/members", 0, "'options.members' is not 1 or more"},
            {"/options/members", 1.5, "'options.members' is not a whole number"},
            {"/out_of_bag_accuracy", "good", "'out_of_bag_accuracy'"},
            {"/preprocessing", {}, "'preprocessing' is missing"},
            {"/preprocessing", json::array(), "'preprocessing' is not an object"},
            {"/preprocessing/normalize", {}, "'preprocessing.normalize' is missing"},
            {"/preprocessing/normalize", "standardise",
             "'preprocessing.normalize' 'standardise' is not a normalization; none, scale and "
             "standardize"},
            {"/preprocessing/scale", "bark",
             "'preprocessing.scale' 'bark' is not a scale of pictures; mel, linear and mel128 are"},
            {"/preprocessing/scael", "mel",
             "'preprocessing.scael' is not known; there are height, width, normalize, scale"},
            {"/preprocessing/width", 1000, "'preprocessing.width' is not 2900"},
            {"/preprocessing/height", "127", "'preprocessing.height' is not a whole number"}});
  run.document["notes"] = "others may write theirs too";
  run.document["preprocessing"].erase("scale");  // as before songs were known
  run.write();
  const Run old(run.folder.path());
  CHECK_THROWS_WITH(old.preprocessor(), Contains("cannot classify songs"));
  for (const char* text : {"", "{\"model\": 3", "[]", "null"}) {
    write_file(run.folder / "run.json", text);
    CHECK_THROWS_WITH(Run(run.folder.path()), Contains("run.json: damaged: "));
  }
}

TEST_CASE("The preprocessing of features is checked against the features known here") {
  FeatureRun run;
  const std::vector<double> few(27);
  check_faults(run,
               {{"/preprocessing/scaling", "max", "'preprocessing.scaling' 'max' is not a scaling"},
                {"/preprocessing/compat", "0.7", "'0.7' is not a version of librosa"},
                {"/preprocessing/offset", few, "'preprocessing.offset' is of 27 features"},
                {"/preprocessing/scale", {}, "'preprocessing.scale' is missing"},
                {"/preprocessing/scale", "mel", "'preprocessing.scale'"},
                {"/preprocessing/features/3", "loudness", "'preprocessing.features'"},
                {"/preprocessing/window", 3, "'preprocessing.window' is not known"}});
  run.document["preprocessing"].erase("compat");  // as before songs were known
  run.write();
  CHECK_THROWS_WITH(Run(run.folder.path()).preprocessor(), Contains("cannot classify songs"));
}

TEST_CASE("A run whose files do not fit its run.json is an Error that names them") {
  EnsembleRun run;
  run.document["classes"] = {"a", "b", "c"};
  run.write();
  CHECK_THROWS_WITH(Run(run.folder.path()), Contains("tell 2 classes apart, not 3"));
  run.document = to_json(ensemble().file);
  run.document["model"] = "lstm";
  run.document["preprocessing"] = FeatureRun().document["preprocessing"];
  run.write();
  CHECK_THROWS_WITH(Run(run.folder.path()), Contains("model.h5"));
  fs::create_symlink(ensemble().folder / "classifier_0.h5", run.folder / "model.h5");
  CHECK_THROWS_WITH(Run(run.folder.path()), Contains("model.h5: takes ") && Contains("[28, 1]"));

  run.document = to_json(ensemble().file);
  run.document["options"]["members"] = 3;
  run.write();
  CHECK_THROWS_WITH(Run(run.folder.path()),
                    Contains("holds no classifier_2.h5 of 3 members, as run.json says"));
  run.document["options"]["members"] = 1;
  run.write();
  CHECK_THROWS_WITH(Run(run.folder.path()),
                    Contains("classifier_1.h5: is not one of 1 members, as run.json says"));
  run.document["options"]["members"] = 2;
  run.write();
  fs::create_symlink(ensemble().folder / "classifier_0.h5", run.folder / "classifier_7.h5");
  CHECK_THROWS_WITH(Run(run.folder.path()), Contains("classifier_7.h5"));
  fs::remove(run.folder / "classifier_7.h5");
  fs::rename(run.folder / "classifier_0.h5", run.folder / "a.h5");  // no other file stands for it
  CHECK_THROWS_WITH(Run(run.folder.path()), Contains("holds no classifier_0.h5"));
}

TEST_CASE("A file that the run's training did not write is an Error that names it") {
  EnsembleRun run;
  RunFile file = ensemble().file;
  write_file(run.folder / "split.csv", "a");
  file.checksums = checksums_of(run.folder.path());
  CHECK(file.checksums.size() == 3);
  CHECK(file.checksums.at("split.csv") ==
        "e8b7be43");  // python3 -c "import zlib; print(hex(zlib.crc32(b'a')))"
  run.document = to_json(file);
  run.write();
  CHECK_NOTHROW(Run(run.folder.path()));

  const fs::path one = run.folder / "classifier_1.h5";
  fs::remove(one);
  fs::create_symlink(ensemble().folder / "classifier_0.h5", one);
  CHECK_THROWS_WITH(Run(run.folder.path()), Contains(one.string()) && Contains("of another run"));
  run.document["checksums"].erase("classifier_1.h5");
  run.write();
  CHECK_NOTHROW(Run(run.folder.path()));

  run.document["checksums"] = {{"../split.csv", "e8b7be43"}};
  run.write();
  CHECK_THROWS_WITH(Run(run.folder.path()), Contains("checksums") && Contains("elsewhere"));
}

TEST_CASE("A run knows the parts of its own data") {
  const FeatureRun f;
  const Run run(f.folder.path());
  LabeledInputs data = run.read_data(f.folder / "songs.csv");
  CHECK_THROWS_WITH(run.rows_of(data, Part::test), Contains("split.csv"));
  std::vector<SplitRow> rows;
  for (const auto& name : data.names)
    rows.push_back({name, "slow", name == "song3" ? Part::test : Part::train});
  write_split_file(f.folder.path(), rows);
  CHECK(run.rows_of(data, Part::test) == std::vector<std::int32_t>{3});
  CHECK(run.rows_of(data, Part::train).size() == 19);
  CHECK(run.rows_of(data, Part::all).size() == 20);
  CHECK_THROWS_WITH(run.rows_of(data, Part::validation), Contains("has no validation part"));

  const std::string split = read_file(f.folder / "split.csv");
  for (const auto& [row, words] : std::vector<std::pair<std::string, std::string>>{
           {"song9,slow,tests\n", "line 22: 'tests' is not a part of a split; test, validation"},
           {"song9,slow,all\n", "line 22: 'all' is not a part"},
           {"song9,slow\n", "line 22: has 2 cells"}}) {
    write_file(f.folder / "split.csv", split + row);
    CHECK_THROWS_WITH(run.rows_of(data, Part::test), Contains("split.csv, ") && Contains(words));
  }
  write_split_file(f.folder.path(), {rows.begin(), rows.end() - 1});
  CHECK_THROWS_WITH(run.rows_of(data, Part::test), Contains("does not say the part of song19"));
  data.fingerprint = "other";
  CHECK_THROWS_WITH(run.rows_of(data, Part::test), Contains("songs.csv: is not the data that"));
}

TEST_CASE("An ensemble's test part is its validation part") {
  const EnsembleRun run;
  run.write();
  write_split_file(run.folder.path(), {{"a", "dark", Part::train}, {"b", "dark", Part::test}});
  const LabeledInputs data{"here", {"a", "b"}, {}, {"bright", "dark"}, {1, 1}, "f00d"};
  CHECK(Run(run.folder.path()).rows_of(data, Part::validation) == std::vector<std::int32_t>{1});
}

TEST_CASE("Data is read with the run's classes, if it was made as what the run was trained on") {
  FeatureRun f;
  f.document["classes"] = {"slow", "quick"};  // not in the order of the table
  f.write();
  const Run run(f.folder.path());
  const LabeledInputs data = run.read_data(f.folder / "songs.csv");
  CHECK(data.classes == run.classes());
  CHECK(data.labels[0] == 0);  // song0 is slow
  CHECK(data.labels[1] == 1);
  f.document["classes"] = {"slow", "tango"};
  f.write();
  CHECK_THROWS_WITH(Run(f.folder.path()).read_data(f.folder / "songs.csv"),
                    Contains("'quick' is not one that the run knows: slow, tango"));

  write_file(f.folder / "songs.csv.json", R"({"compat": "0.6"})");
  CHECK_THROWS_WITH(run.read_data(f.folder / "songs.csv"), Contains("librosa 0.6"));
  CHECK_THROWS_WITH(run.read_files({f.folder / "songs.csv"}), Contains("librosa 0.6"));

  const TemporaryFolder tree;
  record_scale(tree.path(), PictureScale::linear);
  const Run of_pictures(ensemble().folder.path());
  CHECK_THROWS_WITH(of_pictures.read_data(tree.path()), Contains("the scale linear"));
  CHECK_THROWS_WITH(of_pictures.read_files({tree / "dark/1.png"}), Contains("the scale linear"));
}

TEST_CASE("Files are told apart by what a model takes") {
  const TemporaryFolder folder;
  write_file(folder / "a.wav", "");
  write_file(folder / "b.csv", "");
  const auto count = [&](InputFiles takes) {
    const Sources sources =
        find_sources({(folder / "a.wav").string(), (folder / "b.csv").string()}, takes);
    return std::pair(sources.songs.size(), sources.others.size());
  };
  CHECK(count(InputFiles::tables) == std::pair<std::size_t, std::size_t>(1, 1));
  CHECK(count(InputFiles::none) == std::pair<std::size_t, std::size_t>(2, 0));
  fs::create_directory(folder / "pictures");
  write_file(folder / "pictures/1.png", "");
  CHECK(find_sources({(folder / "pictures").string()}, InputFiles::pictures).others.size() == 1);
  CHECK_THROWS_AS(find_sources({(folder / "pictures").string()}, InputFiles::tables), Error);
}
