#include "models/keras/save.h"

#include "kernels/support/error.h"
#include "models/keras/layers.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

constexpr double learning_rate = 1e-3;  // Keras' own, for a model that is not trained on

void expect_extension(const fs::path& path) {
  if (path.extension() != ".h5" && path.extension() != ".keras")
    throw Error(path.string(), ": a model is saved as .h5 or .keras");
}

fs::path file_of(const fs::path& path, std::int64_t member) {
  fs::path name = path.stem();
  name += "_" + std::to_string(member);
  name += path.extension();
  return path.parent_path() / name;
}

}  // namespace

void save(const Model& model, const fs::path& path, std::int64_t member) {
  expect_extension(path);
  if (member < 0 || member >= model.members())
    throw Error(path.string(), ": a model of ", model.members(), " members has no member ", member);
  KerasModel file;
  try {
    file = to_keras(model, member, {learning_rate});
  } catch (const Error& problem) {
    throw Error("cannot write ", path.string(), ": ", problem.what());
  }
  write_keras_file(path, file);
}

void save(const Model& model, const fs::path& path) {
  expect_extension(path);
  if (model.members() <= 1) return save(model, path, 0);
  for (std::int64_t m = 0; m < model.members(); ++m) save(model, file_of(path, m), m);
}

Model load_model(const fs::path& path, Device device, const Shape& input) {
  KerasModel file = read_keras_file(path, ReadOptimizer::no);
  try {
    if (!input.empty()) set_open_lengths(file, input);
  } catch (const Error& problem) {
    throw Error(path.string(), ": ", problem.what());
  }
  return load_member(path, file, device);
}

}  // namespace tutti
