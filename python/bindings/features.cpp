#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "engine/training/prediction.h"
#include "kernels/device_names.h"
#include "models/feature_classifier.h"
#include "python/bindings/module.h"
#include "python/bindings/network.h"
#include "python/bindings/watch.h"

using namespace nanobind::literals;

namespace tutti::python {
namespace {

/// The first `train` rows of x train, the others validate.
nb::tuple fit_features(const std::string& model, const AnyArray& x, const Labels& y,
                       std::int64_t train, const std::vector<std::string>& classes,
                       std::int64_t units, std::int64_t layers, std::int64_t dense,
                       std::int64_t dense_layers, const std::string& scaling, int epochs,
                       int batch_size, double learning_rate, std::uint64_t seed,
                       const std::string& device, nb::object on_step, nb::object on_epoch) {
  FeatureTable table;
  table.values = tensor_over(x);
  table.classes = classes;
  table.labels = to_vector(y);
  const std::vector<ThreeWaySplit> split = {
      {row_numbers(0, train), row_numbers(train, table.values.dim(0)), {}}};
  FeatureRecipe recipe;
  recipe.model = from_name<FeatureModel>(model);
  recipe.lstm = {units, layers, dense, dense_layers};
  recipe.scaling = from_name<Scaling>(scaling);
  recipe.seed = seed;
  recipe.device = from_name<Device>(device);
  recipe.training = {.epochs = epochs, .batch_size = batch_size, .learning_rate = learning_rate};

  Watch watch(std::move(on_step), std::move(on_epoch));
  std::optional<FeatureClassifiers> classifier;
  History history;
  {
    const nb::gil_scoped_release unlock;
    classifier = build_classifiers(table, split, recipe);
    history = train_classifiers(*classifier, table, split, recipe, watch.token(), watch.observer());
  }
  return nb::make_tuple(nb::cast(Network{std::move(classifier->model)}), classifier->scalers[0],
                        array_of(history), watch.problem());
}

OutArray predict_features(const Network& network, const Scaler& scaler, const AnyArray& x) {
  const Tensor values = tensor_over(x);
  const std::int64_t n = values.dim(0);
  return array_unlocked([&] {
    const Tensor scaled = scaler.apply(values).reshape({n, values.dim(1), 1});
    return predict_probabilities(network.model, scaled, row_numbers(0, n))
        .reshape({n, network.model.classes()});
  });
}

}  // namespace

void add_features(nb::module_& module) {
  nb::class_<Scaler>(module, "Scaler")
      .def(nb::init<std::vector<double>, std::vector<double>>(), "offset"_a, "scale"_a)
      .def_ro("offset", &Scaler::offset)
      .def_ro("scale", &Scaler::scale)
      .def("__getstate__", [](const Scaler& s) { return std::pair(s.offset, s.scale); })
      .def("__setstate__",
           [](Scaler& s, const std::pair<std::vector<double>, std::vector<double>>& state) {
             new (&s) Scaler{state.first, state.second};
           });
  module.def("fit_features", fit_features, "model"_a, "x"_a, "y"_a, "train"_a, "classes"_a,
             nb::kw_only(), "units"_a, "layers"_a, "dense"_a, "dense_layers"_a, "scaling"_a,
             "epochs"_a, "batch_size"_a, "learning_rate"_a, "seed"_a, "device"_a,
             "on_step"_a.none(), "on_epoch"_a.none(),
             "Trains on the first rows of x, float32 [n, features], and validates on the others. "
             "Returns the network, its scaler, the history, float64 [epochs, 1, 4], and what ended "
             "the training early, or None.");
  module.def("predict_features", predict_features, "network"_a, "scaler"_a, "x"_a,
             "Probabilities, float32 [n, classes].");
}

}  // namespace tutti::python
