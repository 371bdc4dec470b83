#include "models/keras/file.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <optional>

#include "kernels/support/files.h"
#include "kernels/support/isolated.h"
#include "kernels/support/threads.h"
#include "models/keras/packed.h"
#include "models/keras/parts.h"

namespace tutti {
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

// Far more than reading a file of that size takes, and little enough to wait for.
rlim_t reading_seconds(std::uint64_t bytes) { return 3 + bytes / 20'000'000; }
std::uint64_t reading_memory(std::uint64_t bytes) { return (1 << 30) + 32 * bytes; }

/// The job of reading a model's file, and where its architecture is elsewhere that one too, begun
/// in a process of its own: HDF5 is known to crash on damaged files.
class ReadingJob {
 public:
  ReadingJob(const fs::path& path, ReadOptimizer optimizer, const fs::path& architecture = {})
      : path_(path) {
    naming([&] {
      std::vector<fs::path> files = {path};
      std::vector<std::string> words = {"keras",
                                        optimizer == ReadOptimizer::yes ? "optimizer" : "weights"};
      if (!architecture.empty()) {
        files.push_back(architecture);
        words.push_back(architecture.string());
      }
      std::uint64_t size = 0;
      for (const auto& file : files) size += size_of(file);
      process_.emplace(reader_command(reading_memory(size)));
      process_->ask(words, files, reading_seconds(size));
    });
  }

  KerasModel result() {
    KerasModel model;
    naming([&] { model = keras::unpacked(process_->answer()); });
    return model;
  }

 private:
  std::uint64_t size_of(const fs::path& file) const {
    const std::string which = file == path_ ? "" : "the architecture " + file.string() + ": ";
    if (::access(file.c_str(), R_OK) != 0) throw Error(which, std::strerror(errno));
    if (!fs::is_regular_file(file)) throw Error(which, "it is not a file");
    return fs::file_size(file);
  }

  /// Acts; what is thrown names the file.
  template <class Act>
  void naming(Act act) const {
    try {
      act();
    } catch (const std::exception& problem) {
      throw Error("cannot read ", path_.string(), ": ", reason_of(problem));
    }
  }

  fs::path path_;
  std::optional<Isolated> process_;
};

}  // namespace

std::vector<KerasModel::Node> nodes_of(const KerasModel& model) {
  if (!model.nodes.empty()) return model.nodes;
  std::vector<KerasModel::Node> nodes;
  const bool has_input = !model.layers.empty() && model.layers[0].class_name == "InputLayer";
  for (std::size_t i = has_input; i < model.layers.size(); ++i)
    nodes.push_back({i, {nodes.size()}});
  return nodes;
}

int keras_major(const KerasModel& model) { return std::atoi(model.keras_version.c_str()); }

void write_keras_file(const fs::path& path, const KerasModel& model) {
  std::string bytes;
  try {
    bytes = path.extension() == ".keras" ? keras::archive_bytes(model) : keras::h5_bytes(model);
  } catch (const std::exception& problem) {
    throw Error("cannot write ", path.string(), ": ", reason_of(problem));
  }
  write_file(path, bytes);
}

KerasModel read_keras_file(const fs::path& path, ReadOptimizer optimizer) {
  return ReadingJob(path, optimizer).result();
}

KerasModel read_keras_weights(const fs::path& path, const fs::path& architecture) {
  return ReadingJob(path, ReadOptimizer::no, architecture).result();
}

void read_keras_files(const std::vector<fs::path>& paths, ReadOptimizer optimizer,
                      const std::function<void(std::size_t, KerasModel)>& use) {
  std::deque<ReadingJob> readers;  // of the files whose turn comes next
  for (std::size_t turn = 0; turn < paths.size(); ++turn) {
    const auto some = std::min(paths.size(), turn + static_cast<std::size_t>(thread_count()));
    for (std::size_t next = turn + readers.size(); next < some; ++next)
      readers.emplace_back(paths[next], optimizer);
    KerasModel file = readers.front().result();
    readers.pop_front();
    use(turn, std::move(file));
  }
}

}  // namespace tutti
