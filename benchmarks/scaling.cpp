// Times how the cost of training and loading grows: with members, batch, size and number of songs,
// and how it shrinks with threads. Prints tables in Markdown; --out draws a picture of each.
//   benchmark_scaling [--out=FOLDER] [--device=cpu|cuda|simt] [--precision=fp32|tf32|bf16]
//                     [--threads=2]
#include <iostream>
#include <memory>

#include "benchmarks/options.h"
#include "benchmarks/sweep.h"
#include "benchmarks/training_steps.h"
#include "datasets/audio/synth/synth.h"
#include "datasets/pictures.h"
#include "engine/training/training.h"
#include "tests/support/files.h"

namespace {

using namespace tutti;
namespace fs = std::filesystem;

Device device = Device::cpu;

std::vector<std::int64_t> doubling(std::int64_t first, std::int64_t last) {
  std::vector<std::int64_t> values;
  for (std::int64_t value = first; value < last; value *= 2) values.push_back(value);
  values.push_back(last);
  return values;
}

/// "batch 8, cpu, 2 threads".
std::string conditions(const std::string& fixed, bool with_threads = true) {
  std::string text = fixed + ", " + name(device);
  if (device == Device::cuda) return text + ", " + name(precision());
  if (with_threads) text += ", " + std::to_string(thread_count()) + " threads";
  return text;
}

Work steps_of(std::shared_ptr<TrainingSteps> steps) {
  return [steps = std::move(steps)] { steps->take(1); };
}

Work cnn(std::int64_t members, std::int64_t batch) {
  return steps_of(genre_cnn_steps(members, batch, device));
}

Work lstm(const LstmSteps& sizes) { return steps_of(lstm_steps(sizes, device)); }

Sweep::Series step(std::function<Work(std::int64_t)> prepare) {
  return {"a training step", std::move(prepare)};
}

/// On 1, 2, 4, … all threads.
Sweep by_threads(const std::string& file, const std::string& model, const std::string& fixed,
                 const std::function<Work()>& work) {
  return {file,
          model + ": a training step by threads",
          conditions(fixed, false),
          "threads",
          doubling(1, thread_count()),
          {step([work](std::int64_t threads) {
            set_thread_count(static_cast<int>(threads));
            return work();
          })},
          {{"in inverse proportion", -1}}};
}

std::vector<Sweep> cnn_sweeps() {
  const std::int64_t batch = device == Device::cpu ? 8 : 32;
  std::vector<Sweep> sweeps{{"genre_cnn_members",
                             "GenreCnn: a training step by members trained together",
                             conditions("batch " + std::to_string(batch)),
                             "members",
                             doubling(1, 64),
                             {step([batch](std::int64_t members) { return cnn(members, batch); })}},
                            {"genre_cnn_batch",
                             "GenreCnn: a training step by batch",
                             conditions("one member"),
                             "batch",
                             doubling(1, 256),
                             {step([](std::int64_t n) { return cnn(1, n); })}}};
  if (device == Device::cpu)
    sweeps.push_back(by_threads("genre_cnn_threads", "GenreCnn", "one member, batch 32",
                                [] { return cnn(1, 32); }));
  return sweeps;
}

std::vector<Sweep> lstm_sweeps() {
  std::vector<Sweep> sweeps{
      {"lstm_members",
       "LSTM classifier: a training step by members trained together",
       conditions("batch 32"),
       "members",
       doubling(1, 64),
       {step([](std::int64_t members) { return lstm({.members = members}); })}},
      {"lstm_units",
       "LSTM classifier: a training step by hidden size",
       conditions("one member, batch 32"),
       "units",
       doubling(16, 256),
       {step([](std::int64_t units) { return lstm({.units = units}); })},
       {{"in proportion", 1}, {"with the square", 2}}},
      {"lstm_batch",
       "LSTM classifier: a training step by batch",
       conditions("one member"),
       "batch",
       doubling(1, 128),
       {step([](std::int64_t batch) { return lstm({.batch = batch}); })}},
      {"lstm_steps",
       "LSTM classifier: a training step by length of the sequence",
       conditions("one member, batch 32"),
       "steps",
       doubling(7, 448),
       {step([](std::int64_t features) { return lstm({.features = features}); })}}};
  if (device == Device::cpu)
    sweeps.push_back(by_threads("lstm_threads", "LSTM classifier", "one member, batch 32",
                                [] { return lstm({}); }));
  return sweeps;
}

/// Reads so many pictures, in turn from those in a folder, and prepares them for training.
Work loading(const fs::path& folder, std::int64_t clips) {
  std::vector<fs::path> files, paths;
  for (const auto& genre : synthetic_genres())
    files.push_back(folder / "genres" / genre / "resized000.png");
  for (std::size_t i = 0; i < static_cast<std::size_t>(clips); ++i)
    paths.push_back(files[i % files.size()]);
  return [paths] {
    const Tensor pixels = load_pictures(paths).pixels;
    pixel_scaling(PixelNormalization::standardize,
                  {pixels, Tensor::from({pixels.dim(0)}, std::vector<std::int32_t>(paths.size()),
                                        Device::cpu)});
    pixels.to(device);
  };
}

/// A member in training; what it trains knows its place.
struct Epochs {
  Epochs(const MemberExamples& examples, const MemberExamples& validation)
      : training(model, {streams, examples, validation}, {}) {}
  Epochs(const Epochs&) = delete;
  Epochs& operator=(const Epochs&) = delete;

  std::vector<RandomStream> streams = member_streams(1, 1);
  Model model = built_genre_cnn(streams, device);
  Training training;
};

/// Trains on four fifths of so many clips and validates on the others.
Work epochs(std::int64_t clips) {
  const Examples all = random_pictures(clips);
  const auto cut = all.rows.begin() + clips * 4 / 5;
  const MemberRows first{{all.rows.begin(), cut}}, rest{{cut, all.rows.end()}};
  const auto member = std::make_shared<Epochs>(MemberExamples{all.x, all.labels, first},
                                               MemberExamples{all.x, all.labels, rest});
  return [member] { member->training.epoch(); };
}

Sweep clip_sweep(const fs::path& folder) {
  return {
      "clips",
      "GenreCnn: reading pictures, and training on them, by clips",
      conditions("an epoch of one member: steps of 32 on four fifths, validation on a fifth"),
      "clips",
      doubling(100, 1600),
      {{"reading and preparing", [folder](std::int64_t clips) { return loading(folder, clips); }},
       {"an epoch", epochs}}};
}

}  // namespace

int main(int argc, char** argv) {
  device = take_device(argc, argv);
  take_precision(argc, argv);
  take_threads(argc, argv);
  const fs::path out = take_option(argc, argv, "out");
  if (argc > 1) {
    std::cerr << "benchmark_scaling: there is no option " << argv[1] << "\n";
    return 2;
  }
  if (!out.empty()) fs::create_directories(out);
  const int threads = thread_count();
  for (const auto& sweeps : {cnn_sweeps(), lstm_sweeps()})
    for (const auto& sweep : sweeps) {
      measure(sweep, out);
      set_thread_count(threads);
    }
  const test::TemporaryFolder songs;
  write_synthetic_songs(songs.path(), {.songs_per_genre = 1, .audio = false});
  measure(clip_sweep(songs.path()), out);
}
