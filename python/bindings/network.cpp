#include "python/bindings/network.h"

#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "engine/members.h"
#include "engine/optimizers/any_optimizer.h"
#include "engine/training/prediction.h"
#include "kernels/device_names.h"
#include "kernels/support/json_text.h"
#include "models/keras/layers.h"
#include "models/keras/save.h"
#include "python/bindings/module.h"
#include "python/bindings/watch.h"

using namespace nanobind::literals;

namespace tutti::python {
namespace {

using nlohmann::json;
using Paths = std::vector<std::filesystem::path>;

/// Layers as Keras describes them, [{"class_name", "config"}, …], for inputs of this shape.
KerasModel described(const std::string& layers, const std::vector<std::int64_t>& input) {
  KerasModel file;
  file.keras_version = "3.0";
  json shape = input;
  shape.insert(shape.begin(), nullptr);
  file.layers.push_back({"InputLayer", "input", {{"batch_input_shape", shape}}, {}});
  for (const auto& layer : parse_json(layers, "layers")) {
    const std::string class_name = layer.at("class_name");
    file.layers.push_back({class_name, class_name, layer.at("config"), {}});
  }
  return file;
}

Network build(const std::string& layers, const std::vector<std::int64_t>& input,
              std::int64_t members, std::uint64_t seed, const std::string& device) {
  Model model = from_keras(described(layers, input));
  model.build(streams_for(Purpose::initialization, member_streams(seed, members)),
              from_name<Device>(device));
  return {std::move(model)};
}

Network load_network(const Paths& files, const std::string& device) {
  const nb::gil_scoped_release unlock;
  std::optional<Model> model;
  read_keras_files(files, ReadOptimizer::no, [&](std::size_t m, KerasModel file) {
    try {
      if (!model)
        model = built_from_keras(file, static_cast<std::int64_t>(files.size()),
                                 from_name<Device>(device));
      set_weights(*model, static_cast<std::int64_t>(m), file);
    } catch (const Error& problem) {
      throw Error(files[m].string(), ": ", problem.what());
    }
  });
  return {std::move(model.value())};
}

void save_members(const Network& network, const Paths& files) {
  const nb::gil_scoped_release unlock;
  for (std::size_t m = 0; m < files.size(); ++m)
    save(network.model, files[m], static_cast<std::int64_t>(m));
}

OptimizerOptions optimizer_named(const std::string& name, double momentum, double weight_decay) {
  if (name == "adam") return AdamOptions{};
  if (name == "adamw") return AdamWOptions{.weight_decay = weight_decay};
  if (name == "sgd") return SGDOptions{.momentum = momentum};
  throw Error("optimizer '", name, "' is not known; adam, adamw and sgd are");
}

nb::tuple fit_network(Network& network, const AnyArray& x, const Labels& y,
                      const std::optional<AnyArray>& validation_x,
                      const std::optional<Labels>& validation_y,
                      std::optional<double> bootstrap_fraction, int batch_size, int epochs,
                      double learning_rate, const std::string& optimizer, double momentum,
                      double weight_decay, double label_smoothing,
                      std::optional<std::int64_t> patience, std::uint64_t seed, nb::object on_step,
                      nb::object on_epoch) {
  const Examples training = examples_of(x, y), validation = examples_of(validation_x, validation_y);
  const std::int64_t members = network.model.members();
  TrainData data{member_streams(seed, members), shared_by(members, training),
                 shared_by(members, validation)};
  if (bootstrap_fraction)
    data.training.rows = bootstrap_samples(training.rows, *bootstrap_fraction, data.members);
  TrainOptions options{.epochs = epochs,
                       .batch_size = batch_size,
                       .learning_rate = learning_rate,
                       .optimizer = optimizer_named(optimizer, momentum, weight_decay),
                       .loss = {.label_smoothing = label_smoothing},
                       .optimizer_state = network.optimizer};
  if (patience) options.early_stopping = EarlyStopping{.patience = *patience};

  Watch watch(std::move(on_step), std::move(on_epoch));
  TrainResult result;
  {
    const nb::gil_scoped_release unlock;
    result = train(network.model, data, options, watch.token(), watch.observer());
  }
  network.optimizer = std::move(result.optimizer_state);
  return nb::make_tuple(array_of(result.history), watch.problem());
}

}  // namespace

void add_networks(nb::module_& module) {
  nb::class_<Network>(module, "Network")
      .def_prop_ro("members", [](const Network& n) { return n.model.members(); })
      .def_prop_ro(
          "input_shape",
          [](const Network& n) -> std::vector<std::int64_t> { return n.model.input_shape(); })
      .def_prop_ro(
          "output_shape",
          [](const Network& n) -> std::vector<std::int64_t> { return n.model.output_shape(); })
      .def_prop_ro("parameters",
                   [](const Network& n) {
                     std::int64_t count = 0;
                     for (const auto& parameter : n.model.parameters())
                       count += member_shape(parameter).elements();
                     return count;
                   })
      .def(
          "outputs",
          [](const Network& network, const AnyArray& x, std::int64_t batch) {
            const Tensor examples = tensor_over(x);
            return array_unlocked([&] { return predict_outputs(network.model, examples, batch); });
          },
          "x"_a, "batch"_a, "Every member's outputs, float32 [members, n, output shape].")
      .def("fit", fit_network, "x"_a, "y"_a, "validation_x"_a.none(), "validation_y"_a.none(),
           nb::kw_only(), "bootstrap_fraction"_a.none(), "batch_size"_a, "epochs"_a,
           "learning_rate"_a, "optimizer"_a, "momentum"_a, "weight_decay"_a, "label_smoothing"_a,
           "patience"_a.none(), "seed"_a, "on_step"_a.none(), "on_epoch"_a.none(),
           "Returns the history, float64 [epochs, members, 4], and what ended the training early, "
           "or None.")
      .def("save", save_members, "files"_a, "Writes a Keras file for each member.");
  module.def("build_network", build, "layers"_a, "input_shape"_a, "members"_a, "seed"_a, "device"_a,
             "A network of layers described in JSON, with its first weights.");
  module.def("load_network", load_network, "files"_a, "device"_a,
             "The network of Keras files of one shape, a member each.");
}

}  // namespace tutti::python
