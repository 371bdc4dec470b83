#include "tests/fuzz/targets.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "datasets/audit/catalog.h"
#include "datasets/decoding/audio_decoder.h"
#include "datasets/decoding/picture_decoder.h"
#include "datasets/feature_table.h"
#include "datasets/npy.h"
#include "datasets/pack/unpack.h"
#include "datasets/splits/split_plan.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "models/keras/file.h"
#include "models/run/checkpoint.h"
#include "models/run/file.h"
#include "models/run/split_file.h"
#include "reports/search/search_report.h"
#include "search/study.h"
#include "tests/fuzz/seeds.h"
#include "tests/support/files.h"
#include "tests/support/packs.h"

namespace tutti::fuzz {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

constexpr std::int64_t frames_at_most = 1 << 21;  // of a song: what goes on longer has shown enough

/// A file in memory that holds these bytes.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : descriptor(::memfd_create("fuzz", 0)) {
    const auto size = static_cast<ssize_t>(bytes.size());
    if (::pwrite(descriptor, bytes.data(), bytes.size(), 0) != size) std::abort();
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(descriptor); }

  fs::path path() const { return "/proc/self/fd/" + std::to_string(descriptor); }
  const int descriptor;
};

/// stderr is quiet: libmpg123 says there what it thinks of a file, as it does in tutti-reader.
class Silence {
 public:
  Silence() { ::dup2(nothing(), STDERR_FILENO); }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() { ::dup2(before(), STDERR_FILENO); }

 private:
  static int nothing() {
    static const int file = (before(), ::open("/dev/null", O_WRONLY));
    return file;
  }
  static int before() {
    static const int file = ::dup(STDERR_FILENO);
    return file;
  }
};

void read_sound(std::string_view file) {
  const Silence silence;
  const MemoryFile song(file);
  AudioDecoder decoder(song.descriptor);
  for (std::int64_t left = frames_at_most; left > 0;) {
    const auto got = static_cast<std::int64_t>(decoder.read(4096).size());
    if (got == 0) return;
    left -= got;
  }
}

/// A run's folder in which one file has these bytes.
const fs::path& folder_with(const char* name, std::string_view file) {
  static const TemporaryFolder folder;
  fs::remove(folder / name);  // a file cut to nothing would be flushed to the disk
  std::ofstream(folder / name, std::ios::binary) << file;
  return folder.path();
}

void read_whole_checkpoint(std::string_view file) {
  folder_with("run.json", "{}");  // which it belongs to
  const auto checkpoint = read_checkpoint(folder_with("checkpoint.safetensors", file));
  if (!checkpoint) return;
  for (std::int64_t m = 0; m < std::min<std::int64_t>(checkpoint->members, 8); ++m)
    checkpoint->member(m);
}

void read_study(std::string_view file) {
  Study study(folder_with("study.db", file) / "study.db");
  describe(study);
}

/// With a checksum that fits, whatever was changed.
void read_pack(std::string_view file) {
  const MemoryFile signed_file(test::signed_pack(std::string(file)));
  const Pack pack = open_pack(signed_file.path());
  if (pack.index.kind == PackKind::table)
    unpack_table(pack, FeatureSet::librosa);
  else
    unpack_clips(pack, true);
  if (pack.index.kind == PackKind::pictures && pack.index.names.size() < 8) unpack_pictures(pack);
  check_data(pack);
}

void read_plan(std::string_view file) {
  const MemoryFile list(file);
  const std::vector<std::string> names = {"rock/song1.wav", "rock/song2.wav", "rock/song3.wav",
                                          "jazz/song4.wav", "jazz/song5.wav", "jazz/song6.wav"};
  const std::vector<std::int32_t> labels = {0, 0, 0, 1, 1, 1};
  const std::vector<std::string> classes = {"rock", "jazz"};
  read_catalog(list.path(), names);
  split_by(split_plan_named("groups:" + list.path().string()), {names, labels, classes}, 0.2, 0.2,
           7);
}

}  // namespace

const std::vector<Target>& targets() {
  static const std::vector<Target> all = {
      {"picture", [](auto file) { decode_picture(file); }, picture_seeds},
      {"sound", read_sound, sound_seeds},
      {"table",
       [](auto file) { load_feature_table(MemoryFile(file).path(), true, FeatureSet::librosa); },
       table_seeds},
      {"npy", [](auto file) { read_npy(MemoryFile(file).path()); }, npy_seeds},
      {"keras",  // in a process of its own: HDF5 crashes
       [](auto file) { read_keras_file(MemoryFile(file).path(), ReadOptimizer::yes); },
       keras_seeds},
      {"run", [](auto file) { read_run_file(folder_with("run.json", file)); }, run_seeds},
      {"split", [](auto file) { read_split_file(folder_with("split.csv", file)); }, split_seeds},
      {"checkpoint", read_whole_checkpoint, checkpoint_seeds},
      {"study", read_study, study_seeds},
      {"groups", read_plan, groups_seeds},
      {"pack", read_pack, pack_seeds}};
  return all;
}

const Target& target_named(const std::string& name) {
  for (const auto& target : targets())
    if (target.name == name) return target;
  std::cerr << "'" << name << "' is not a target; there are";
  for (const auto& target : targets()) std::cerr << ' ' << target.name;
  std::cerr << '\n';
  std::exit(2);
}

}  // namespace tutti::fuzz
