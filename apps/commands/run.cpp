#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/common.h"
#include "apps/progress.h"
#include "datasets/npy.h"
#include "engine/training/prediction.h"
#include "models/keras/layers.h"

namespace tutti {
namespace {

struct RunModelOptions {
  CommonOptions common;
  std::string model, architecture, input, output;
  std::int64_t batch = 32;
};

/// The model's outputs for every example, [n, …].
Tensor outputs(const Model& model, const Tensor& x, const RunModelOptions& o) try {
  ProgressBar bar("running ", "examples", o.common.quiet);
  const std::int64_t n = x.shape().empty() ? 0 : x.dim(0);
  const Tensor y =
      predict_outputs(model, x, o.batch, [&](std::int64_t done) { bar.update(done, n); });
  bar.clear();
  return y.reshape(Shape(y.shape().begin() + 1, y.shape().end()));
} catch (const Error& problem) {
  throw Error(o.input, ": ", problem.what());
}

/// The model; lengths that its file leaves open are those of the examples.
Model load_for(const RunModelOptions& o, const Tensor& x, Device device) {
  KerasModel file = read_keras_weights(o.model, o.architecture);
  const Shape said = input_shape_of(file);
  if (std::ranges::count(said, -1) && !x.shape().empty()) {
    try {
      set_open_lengths(file, Shape(x.shape().begin() + 1, x.shape().end()));
    } catch (const Error& problem) {
      throw Error(o.input, ": ", problem.what());
    }
  }
  return load_member(o.model, file, device);
}

int run_model(const RunModelOptions& o) {
  const Device device = o.common.prepare();
  expect_another("--output", o.output, o.input);
  const Tensor x = read_npy(o.input);
  const Model model = load_for(o, x, device);
  const Tensor y = outputs(model, x, o);
  write_npy(o.output, y);
  const nlohmann::json document = {
      {"input", static_cast<const std::vector<std::int64_t>&>(x.shape())},
      {"output", static_cast<const std::vector<std::int64_t>&>(y.shape())},
      {"device", name(device)}};
  if (o.common.json)
    std::cout << document.dump(2) << '\n';
  else
    std::cout << o.output << ": " << y.shape() << '\n';
  return done;
}

}  // namespace

void add_run(CLI::App& program, int& status) {
  auto* command = program.add_subcommand("run", "Run any supported Keras model on arrays");
  const auto o = std::make_shared<RunModelOptions>();
  command->add_option("MODEL", o->model, "A model saved by Keras or by tutti")->required();
  add_architecture(*command, o->architecture);
  command->add_option("--input", o->input, "Examples, X.npy: [n, the model's input shape]")
      ->required();
  command->add_option("--output", o->output, "Where the model's outputs go, Y.npy: float32")
      ->required();
  command->add_option("--batch", o->batch, "Examples at once")
      ->check(above_zero)
      ->capture_default_str();
  o->common.add_to(*command);
  command->callback([o, &status] { status = run_model(*o); });
}

}  // namespace tutti
