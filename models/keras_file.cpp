#include "models/keras_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "engine/files.h"
#include "models/isolated.h"
#include "models/keras_parts.h"

namespace tutti {
namespace fs = std::filesystem;
using nlohmann::json;

// How a model travels from one process to another, the values bit for bit.
void to_json(json& packed, const KerasLayer::Weight& weight) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(weight.values.data());
  std::vector<std::uint8_t> values(bytes, bytes + weight.values.size() * sizeof(float));
  packed = {{"name", weight.name}, {"shape", weight.shape}};
  packed["values"] = json::binary(std::move(values));
}

void from_json(const json& packed, KerasLayer::Weight& weight) {
  packed.at("name").get_to(weight.name);
  packed.at("shape").get_to(weight.shape);
  const auto& values = packed.at("values").get_binary();
  weight.values.resize(values.size() / sizeof(float));
  std::memcpy(weight.values.data(), values.data(), values.size());
}

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(KerasLayer, class_name, name, config, weights)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(KerasModel, name, keras_version, layers, training_config,
                                   optimizer_weights)

namespace {

/// Far more than reading a file of that size takes, and little enough to wait for.
Limits reading_limits(std::uint64_t bytes) {
  return {3 + bytes / 20'000'000, (1 << 30) + 32 * bytes};
}

KerasModel read(const fs::path& path, std::uint64_t file_size) {
  KerasModel model = keras::is_archive(path) ? keras::read_archive(path, file_size)
                                             : keras::read_h5(path, file_size);
  if (keras_major(model) < 2) keras::modernize(model);
  return model;
}

}  // namespace

int keras_major(const KerasModel& model) { return std::atoi(model.keras_version.c_str()); }

void write_keras_file(const fs::path& path, const KerasModel& model) {
  std::string bytes;
  try {
    bytes = keras::h5_bytes(model);
  } catch (const std::exception& problem) {
    throw Error("cannot write ", path.string(), ": ", problem.what());
  }
  write_file(path, bytes);
}

KerasModel read_keras_file(const fs::path& path) {
  try {
    if (::access(path.c_str(), R_OK) != 0) throw Error(std::strerror(errno));
    if (!fs::is_regular_file(path)) throw Error("it is not a file");
    const std::uint64_t size = fs::file_size(path);
    // HDF5 is known to crash on damaged files.
    const auto work = [&] {
      const auto bytes = json::to_cbor(read(path, size));
      return std::string(bytes.begin(), bytes.end());
    };
    return json::from_cbor(isolated(work, reading_limits(size))).get<KerasModel>();
  } catch (const std::exception& problem) {
    throw Error("cannot read ", path.string(), ": ", problem.what());
  }
}

}  // namespace tutti
