#include "models/keras/file.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <string_view>

#include "kernels/support/files.h"
#include "kernels/support/isolated.h"
#include "kernels/support/threads.h"
#include "models/keras/parts.h"

namespace tutti {
namespace fs = std::filesystem;
using nlohmann::json;

// How a model travels from one process to another: as CBOR, but for the weights' values.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(KerasLayer::Weight, name, shape)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(KerasLayer, class_name, name, config, weights)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(KerasModel::Node, layer, inputs)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(KerasModel, name, keras_version, layers, training_config,
                                   optimizer_weights, nodes, listed)

namespace {

template <class Model, class Visit>
void for_each_weight(Model& model, Visit visit) {
  for (auto& layer : model.layers)
    for (auto& weight : layer.weights) visit(weight);
  for (auto& weight : model.optimizer_weights) visit(weight);
}

/// The length of the CBOR, the CBOR, and all values one after another, bit for bit.
std::string packed(const KerasModel& model) {
  const std::vector<std::uint8_t> description = json::to_cbor(model);
  const std::uint64_t length = description.size();
  std::size_t size = sizeof length + length;
  for_each_weight(model, [&](const auto& weight) { size += weight.values.size() * sizeof(float); });
  std::string bytes;
  bytes.reserve(size);
  const auto append = [&](const void* from, std::size_t count) {
    bytes.append(static_cast<const char*>(from), count);
  };
  append(&length, sizeof length);
  append(description.data(), length);
  for_each_weight(model, [&](const auto& weight) {
    append(weight.values.data(), weight.values.size() * sizeof(float));
  });
  return bytes;
}

/// The model of packed() bytes; an Error if they are cut short.
KerasModel unpacked(std::string_view bytes) {
  const auto take = [&](std::size_t count) {
    if (count > bytes.size()) throw Error("it is damaged: its reader's answer is cut short");
    const auto taken = bytes.substr(0, count);
    bytes.remove_prefix(count);
    return taken;
  };
  std::uint64_t length;
  std::memcpy(&length, take(sizeof length).data(), sizeof length);
  KerasModel model = json::from_cbor(take(length)).get<KerasModel>();
  for_each_weight(model, [&](auto& weight) {
    const auto values = take(static_cast<std::size_t>(weight.shape.elements()) * sizeof(float));
    weight.values.resize(values.size() / sizeof(float));
    std::memcpy(weight.values.data(), values.data(), values.size());
  });
  return model;
}

/// Far more than reading a file of that size takes, and little enough to wait for.
Limits reading_limits(std::uint64_t bytes) {
  return {3 + bytes / 20'000'000, (1 << 30) + 32 * bytes};
}

KerasModel read(const fs::path& path, std::uint64_t file_size, ReadOptimizer optimizer) {
  return keras::is_archive(path) ? keras::read_archive(path, file_size, optimizer)
                                 : keras::read_h5(path, file_size, optimizer);
}

/// What read_it(path, size) of a file reads, as Isolated's work with its limits: HDF5 is known to
/// crash on damaged files.
template <class Read>
std::pair<std::function<std::string()>, Limits> reading(const fs::path& path, Read read_it) {
  if (::access(path.c_str(), R_OK) != 0) throw Error(std::strerror(errno));
  if (!fs::is_regular_file(path)) throw Error("it is not a file");
  const std::uint64_t size = fs::file_size(path);
  return {[=] { return packed(read_it(path, size)); }, reading_limits(size)};
}

/// What `act` returns; what it throws names the file.
template <class Act>
auto naming(const fs::path& path, Act act) {
  try {
    return act();
  } catch (const std::exception& problem) {
    throw Error("cannot read ", path.string(), ": ", problem.what());
  }
}

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
    throw Error("cannot write ", path.string(), ": ", problem.what());
  }
  write_file(path, bytes);
}

KerasModel read_keras_file(const fs::path& path, ReadOptimizer optimizer) {
  KerasModel model;
  read_keras_files({path}, optimizer,
                   [&](std::size_t, KerasModel file) { model = std::move(file); });
  return model;
}

KerasModel read_keras_weights(const fs::path& path, const fs::path& architecture) {
  if (architecture.empty()) return read_keras_file(path, ReadOptimizer::no);
  return naming(path, [&] {
    const auto [work, limits] = reading(path, [&](const fs::path& file, std::uint64_t size) {
      return keras::read_h5(file, size, ReadOptimizer::no, architecture);
    });
    return unpacked(Isolated(work, limits).result());
  });
}

void read_keras_files(const std::vector<fs::path>& paths, ReadOptimizer optimizer,
                      const std::function<void(std::size_t, KerasModel)>& use) {
  std::deque<Isolated> readers;  // of the files whose turn comes next
  for (std::size_t turn = 0; turn < paths.size(); ++turn) {
    const auto some = std::min(paths.size(), turn + static_cast<std::size_t>(thread_count()));
    for (std::size_t next = turn + readers.size(); next < some; ++next)
      naming(paths[next], [&] {
        const auto [work, limits] = reading(
            paths[next],
            [&](const fs::path& path, std::uint64_t size) { return read(path, size, optimizer); });
        readers.emplace_back(work, limits);
      });
    KerasModel file = naming(paths[turn], [&] { return unpacked(readers.front().result()); });
    readers.pop_front();
    use(turn, std::move(file));
  }
}

}  // namespace tutti
