#include "models/ensemble.h"

#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include "kernels/device_names.h"
#include "python/bindings/module.h"
#include "python/bindings/watch.h"

using namespace nanobind::literals;

namespace tutti::python {
namespace {

nb::tuple fit_ensemble(Ensemble& ensemble, const AnyArray& x, const Labels& y,
                       const std::optional<AnyArray>& validation_x,
                       const std::optional<Labels>& validation_y, double bootstrap_percent,
                       int batch_size, int epochs, double learning_rate, std::uint64_t seed,
                       const std::string& normalize, const std::string& device,
                       const std::filesystem::path& start_from, nb::object on_step,
                       nb::object on_epoch) {
  const Examples training = examples_of(x, y), validation = examples_of(validation_x, validation_y);
  Watch watch(std::move(on_step), std::move(on_epoch));
  History history;
  {
    const nb::gil_scoped_release unlock;
    history = ensemble.fit(training, validation,
                           {.bootstrap_percent = bootstrap_percent,
                            .batch_size = batch_size,
                            .epochs = epochs,
                            .learning_rate = learning_rate,
                            .seed = seed,
                            .normalization = from_name<PixelNormalization>(normalize),
                            .device = from_name<Device>(device),
                            .from = start_from},
                           watch.token(), watch.observer());
  }
  return nb::make_tuple(array_of(history), watch.problem());
}

}  // namespace

void add_ensemble(nb::module_& module) {
  nb::class_<Ensemble>(module, "Ensemble")
      .def(nb::init<std::int64_t, std::filesystem::path, std::int64_t>(), "n_classifiers"_a,
           "path"_a, "classes"_a)
      .def_prop_ro("size", &Ensemble::size)
      .def_prop_ro("classes", &Ensemble::classes)
      .def("fit", fit_ensemble, "x"_a, "y"_a, "validation_x"_a.none(), "validation_y"_a.none(),
           nb::kw_only(), "bootstrap_percent"_a, "batch_size"_a, "epochs"_a, "learning_rate"_a,
           "seed"_a, "normalize"_a, "device"_a, "start_from"_a, "on_step"_a.none(),
           "on_epoch"_a.none(),
           "Pictures are uint8 [n, 2900, 127, 1]. Returns the history, float64 [epochs, members, "
           "4], and what ended the training early, or None.")
      .def(
          "predict_classifiers",
          [](const Ensemble& ensemble, const AnyArray& x) {
            const Tensor pictures = tensor_over(x);
            return array_unlocked([&] { return ensemble.predict_classifiers(pictures).scores; });
          },
          "x"_a, "Every member's probabilities, float32 [members, n, classes].")
      .def(
          "predict",
          [](const Ensemble& ensemble, const AnyArray& x, const std::string& vote) {
            const Tensor pictures = tensor_over(x);
            return array_unlocked(
                [&] { return ensemble.predict(pictures, from_name<Vote>(vote)); });
          },
          "x"_a, "vote"_a, "The classes that the members vote for, int32 [n].")
      .def(
          "save",
          [](const Ensemble& ensemble, const std::filesystem::path& folder) {
            nb::gil_scoped_release unlock;
            ensemble.save(folder);
          },
          "folder"_a, "Writes classifier_0.h5, classifier_1.h5, …")
      .def_static(
          "load_model",
          [](const std::filesystem::path& path, const std::string& device) {
            nb::gil_scoped_release unlock;
            return Ensemble::load_model(path, from_name<Device>(device));
          },
          "path"_a, "device"_a);
}

}  // namespace tutti::python
