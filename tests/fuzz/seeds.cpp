#include "tests/fuzz/seeds.h"

#include <stb/stb_image_write.h>

#include <cmath>
#include <filesystem>
#include <sndfile.hh>

#include "datasets/npy.h"
#include "datasets/pack/pack_writer.h"
#include "datasets/pack/packing.h"
#include "kernels/support/files.h"
#include "models/run/checkpoint.h"
#include "search/study.h"
#include "tests/support/files.h"
#include "tests/support/png.h"
#include "tests/support/songs.h"

namespace tutti::fuzz {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

void append(void* to, void* bytes, int size) {
  static_cast<std::string*>(to)->append(static_cast<const char*>(bytes),
                                        static_cast<std::size_t>(size));
}

std::string tone(const fs::path& path, int format, int channels) {
  {
    SndfileHandle file(path.string(), SFM_WRITE, format, channels, 22050);
    std::vector<float> samples(static_cast<std::size_t>(2000 * channels));
    for (std::size_t i = 0; i < samples.size(); ++i)
      samples[i] = 0.5f * std::sin(0.05f * static_cast<float>(i));
    file.writef(samples.data(), 2000);
  }
  return read_file(path);
}

std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto kind = entry.path().extension();
    if ((kind == ".h5" || kind == ".keras") && entry.file_size() < 40'000)
      files.push_back(read_file(entry.path()));
  }
  return files;
}

}  // namespace

std::vector<std::string> picture_seeds() {
  const auto pixel = [](int x, int y) { return 7 * x + 3 * y; };
  std::vector<std::string> seeds = {test::gray_png(12, 9, pixel)};
  test::Png palette{8, 8, 8, 3, {}, std::string("\1\2\3\4\5\6", 6), {}};
  palette.rows.assign(8, std::string("\0\1\0\1\0\1\0\1", 8));
  seeds.push_back(palette.file());
  std::vector<std::uint8_t> pixels(16 * 16 * 3);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(5 * i);
  std::string jpeg, bmp, png;
  stbi_write_jpg_to_func(append, &jpeg, 16, 16, 3, pixels.data(), 60);
  stbi_write_bmp_to_func(append, &bmp, 16, 16, 3, pixels.data());
  stbi_write_png_to_func(append, &png, 16, 16, 3, pixels.data(), 48);
  seeds.insert(seeds.end(), {jpeg, bmp, png});
  return seeds;
}

std::vector<std::string> sound_seeds() {
  const TemporaryFolder folder;
  const fs::path path = folder / "tone";
  return {tone(path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1),
          tone(path, SF_FORMAT_WAV | SF_FORMAT_FLOAT, 2),
          tone(path, SF_FORMAT_AU | SF_FORMAT_ULAW, 1),
          tone(path, SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 2),
          tone(path, SF_FORMAT_OGG | SF_FORMAT_VORBIS, 1),
          tone(path, SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 1)};
}

std::vector<std::string> table_seeds() { return {test::table(6)}; }

std::vector<std::string> npy_seeds() {
  const TemporaryFolder folder;
  write_npy(folder / "array.npy", Tensor::from<float>({2, 3}, {1, 2, 3, 4, 5, 6}));
  return {read_file(folder / "array.npy")};
}

std::vector<std::string> keras_seeds() {
  auto seeds = files_in(test::golden("keras_models"));
  for (auto& more : files_in(test::golden("keras_graphs"))) seeds.push_back(std::move(more));
  return seeds;
}

std::vector<std::string> run_seeds() {
  return {R"({"model": "ensemble", "classes": ["a", "b"], "data": {"fingerprint": null},
              "options": {"members": 2}, "out_of_bag_accuracy": 0.5, "state": "finished",
              "preprocessing": {"normalize": "standardize"}})",
          R"({"model": "lstm", "classes": ["a", "b"], "data": {"fingerprint": "0123456789abcdef"},
              "preprocessing": {"shift": [1, 2], "scale": [1, 2]}, "temperature": 1.5})"};
}

std::vector<std::string> split_seeds() {
  return {"path,genre,part\nrock/1.png,rock,train\n\"jazz/a \"\"b\"\".png\",jazz,test\n"};
}

std::vector<std::string> checkpoint_seeds() {
  const TemporaryFolder folder;
  TrainCheckpoint checkpoint;
  checkpoint.members = 1;
  checkpoint.member = [](std::int64_t) {
    TrainCheckpoint::Member member;
    member.state.weights = {{1, 2, 3}, {4}};
    return member;
  };
  write_file(folder / "run.json", "{}");
  write_checkpoint(folder.path(), checkpoint);
  return {read_file(folder / "checkpoint.safetensors")};
}

std::vector<std::string> study_seeds() {
  const TemporaryFolder folder;
  const Space space =
      parse_space(nlohmann::ordered_json::parse(
                      R"({"lr": {"type": "float", "low": 1e-5, "high": 0.1, "log": true},
              "batch": {"type": "categorical", "choices": [8, 16]}})"),
                  {{"lr", false, 1e-12}, {"batch", true, 1}});
  {
    Study study(folder / "study.db", "lstm", Direction::minimize, space,
                {{"objective", "val_loss"}});
    for (auto& trial : study.ask(space, RandomSampler(), 1, 3, 10)) {
      trial.state = TrialState::complete;
      trial.value = 0.5;
      trial.intermediate = {{0, 1.0}, {1, 0.5}};
      study.tell(trial);
    }
  }
  return {read_file(folder / "study.db")};
}

std::vector<std::string> groups_seeds() {
  return {
      "file,artist\nsong1.wav,Ann\nsong2.wav,Bob\nsong3,Cy\njazz/song4,Dee\nsong5,Eve\nsong6,Flo\n",
      "# index\nsong1.wav ::: Ann ::: One\nsong4.wav ::: Cy ::: Three\n"};
}

std::vector<std::string> pack_seeds() {
  const TemporaryFolder folder;
  write_file(folder / "table.csv", test::table(6));
  pack(folder / "table.csv", folder / "table");
  // By hand, for decoding pictures takes a tutti-reader.
  PackIndex index{.kind = PackKind::pictures,
                  .classes = {"a", "b"},
                  .names = {"a/1.png", "b/2.png", "b/3.png"},
                  .labels = {0, 1, 1},
                  .shapes = {{12, 16}, {12, 17}, {12, 16}},
                  .hashes = {1, 2, 3},
                  .left_out = {{"b/4.png", "not a picture"}},
                  .notes = {{"scale", "mel"}}};
  std::vector<std::string> seeds = {read_file(folder / "table")};
  for (const int rows : {12, 14}) {  // of one height and of two
    index.shapes[2].rows = rows;
    PackWriter writer(folder / "pictures", folder / "pictures");
    writer.add(std::string(static_cast<std::size_t>(12 * 33 + rows * 16), 'x'));
    writer.finish(index);
    seeds.push_back(read_file(folder / "pictures"));
  }
  return seeds;
}

}  // namespace tutti::fuzz
