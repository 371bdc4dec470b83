// Changes Keras files at random, their bytes and what they say, and reads and runs them: each has
// to give a model or an Error.
//   ninja -C build/sanitize fuzz_keras_files
//   build/sanitize/fuzz_keras_files SECONDS
//   tests/golden/keras_{models,graphs,zoo}/keras?/*.{h5,keras}
#include <algorithm>
#include <chrono>
#include <iostream>
#include <random>

#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "models/keras/axes.h"
#include "models/keras/layers.h"
#include "models/keras/parts.h"
#include "tests/support/files.h"

using namespace tutti;
using nlohmann::json;

namespace {

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t n) { return n ? random() % n : 0; }

json odd_value(Random& random) {
  const json values[] = {0,
                         -1,
                         1,
                         2,
                         3,
                         7,
                         1ll << 31,
                         1ll << 40,
                         1ll << 62,
                         -5e18,
                         0.5,
                         1e300,
                         true,
                         false,
                         nullptr,
                         "",
                         "same",
                         "th",
                         "relu",
                         "Dense",
                         "hard_sigmoid",
                         {1, 2},
                         {2, 2, 2},
                         {-1},
                         {0},
                         json(),
                         {{1, 2}, {3, 4}},
                         json::object()};
  return values[below(random, std::size(values))];
}

/// Somewhere in the document another value, or a key less.
void change(json& document, Random& random) {
  if (!document.is_structured() || document.empty() || below(random, 4) == 0) {
    document = odd_value(random);
    return;
  }
  const auto at = static_cast<std::ptrdiff_t>(below(random, document.size()));
  if (below(random, 12) == 0)
    document.erase(std::next(document.begin(), at));
  else
    change(*std::next(document.begin(), at), random);
}

void change(KerasModel& model, Random& random) {
  static const std::vector<std::string> classes = {"Dense",
                                                   "Conv1D",
                                                   "Conv2D",
                                                   "MaxPooling2D",
                                                   "AveragePooling1D",
                                                   "Flatten",
                                                   "Reshape",
                                                   "LSTM",
                                                   "GRU",
                                                   "SimpleRNN",
                                                   "BatchNormalization",
                                                   "ZeroPadding2D",
                                                   "Dropout",
                                                   "Softmax",
                                                   "Convolution2D",
                                                   "Activation",
                                                   "GlobalMaxPooling2D",
                                                   "Bidirectional",
                                                   "TimeDistributed",
                                                   "LayerNormalization",
                                                   "Normalization",
                                                   "PReLU",
                                                   "SpatialDropout1D",
                                                   "GaussianNoise",
                                                   "Rescaling",
                                                   "Add",
                                                   "Concatenate"};
  KerasLayer& layer = model.layers[below(random, model.layers.size())];
  switch (below(random, 9)) {
    case 0:
      layer.class_name = classes[below(random, classes.size())];
      break;
    case 1:
      std::swap(layer, model.layers[below(random, model.layers.size())]);
      break;
    case 2:
      if (!layer.weights.empty()) layer.weights.erase(layer.weights.begin());
      break;
    case 3:
      if (!layer.weights.empty()) {
        auto& weight = layer.weights[below(random, layer.weights.size())];
        weight.shape.push_back(static_cast<std::int64_t>(below(random, 3)));
        weight.values.resize(static_cast<std::size_t>(weight.shape.elements()));
      }
      break;
    case 4:
      change(model.training_config, random);
      break;
    case 5:
      if (!model.optimizer_weights.empty()) model.optimizer_weights.pop_back();
      break;
    case 6:
      model.keras_version = std::to_string(below(random, 4));
      break;
    default:
      change(layer.config, random);
  }
}

void use(KerasModel model) {
  if (keras_major(model) < 2) keras::modernize(model);
  with_axes_exchanged(model);
  Shape input = input_shape_of(model);
  std::ranges::replace(input, -1, 7);
  set_open_lengths(model, input);
  const Model built = load_member("model.h5", model, Device::cpu);
  known_adam(model, built);
  std::int64_t most = built.input_shape().elements();
  for (const auto& node : built.nodes()) most = std::max(most, node.shape.elements());
  if (most > 1 << 16) return;
  Shape shape = built.input_shape();
  shape.insert(shape.begin(), 1);
  const Batch batch{Tensor::zeros(shape, DType::float32, Device::cpu),
                    Tensor::from({1, 1}, std::vector<std::int32_t>{0})};
  built.outputs(batch, Context{});
  const KerasModel again = to_keras(built, 0, {1e-3});
  keras::h5_bytes(again);
  keras::archive_bytes(again);
}

std::string changed_bytes(std::string bytes, Random& random) {
  for (std::size_t n = 1 + below(random, 8); n > 0 && !bytes.empty(); --n)
    bytes[below(random, bytes.size())] = static_cast<char>(random());
  if (below(random, 10) == 0) bytes.resize(below(random, bytes.size()));
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::cerr << "fuzz_keras_files SECONDS FILE…\n", 2;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::stoi(argv[1]));
  const test::TemporaryFolder folder;
  std::vector<KerasModel> models;
  std::vector<std::string> files;
  for (int i = 2; i < argc; ++i) {
    models.push_back(read_keras_file(argv[i]));
    files.push_back(read_file(argv[i]));
  }
  std::int64_t runs = 0, well = 0;
  for (Random random(1); std::chrono::steady_clock::now() < end; ++runs) {
    try {
      const std::size_t which = below(random, models.size());
      if (runs % 20 == 0) {
        write_file(folder / "file", changed_bytes(files[which], random));
        use(read_keras_file(folder / "file"));
      } else {
        KerasModel model = models[which];
        for (std::size_t n = 1 + below(random, 3); n > 0; --n) change(model, random);
        use(model);
      }
      ++well;
    } catch (const Error&) {
    }
    if (runs % 10'000 == 0)
      std::cout << runs << " files, " << well << " of them models" << std::endl;
  }
  std::cout << runs << " files, " << well << " of them models\n";
}
