#include "models/run.h"

#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "kernels/device_names.h"
#include "models/predict_files.h"
#include "python/bindings/arrays.h"
#include "python/bindings/module.h"

using namespace nanobind::literals;

namespace tutti::python {
namespace {

nb::object path_text(const std::string& path) {
  return nb::steal(
      PyUnicode_DecodeFSDefaultAndSize(path.data(), static_cast<Py_ssize_t>(path.size())));
}

nb::list predict(const Run& run, const std::vector<std::filesystem::path>& paths,
                 const std::string& vote) {
  std::vector<std::string> names;
  for (const auto& path : paths) names.push_back(path.string());
  const Predictions predictions = [&] {
    const nb::gil_scoped_release unlock;
    return predict_files(run, find_sources(names, run.traits().takes), from_name<Vote>(vote),
                         [](std::int64_t, std::int64_t) {});
  }();
  nb::list result;
  for (const auto& song : predictions.all) {
    nb::dict row, probabilities;
    for (std::size_t k = 0; k < run.classes().size(); ++k)
      probabilities[run.classes()[k].c_str()] = song.probabilities[k];
    row["path"] = path_text(song.path);
    row["genre"] = song.genre;
    row["probability"] = song.probability;
    row["probabilities"] = probabilities;
    row["votes"] = song.votes;
    result.append(row);
  }
  for (const auto& [path, reason] : predictions.problems.bad) {
    nb::dict row;
    row["path"] = path_text(path.string());
    row["error"] = reason;
    result.append(row);
  }
  return result;
}

}  // namespace

void add_runs(nb::module_& module) {
  nb::class_<Run>(module, "Run")
      .def(
          "__init__",
          [](Run* run, const std::filesystem::path& folder, const std::string& device) {
            new (run) Run(folder, from_name<Device>(device));
          },
          "folder"_a, "device"_a)
      .def_prop_ro("classes", &Run::classes)
      .def("predict", predict, "paths"_a, "vote"_a,
           "A dict for each file: path, genre, probability, probabilities, votes; or path and "
           "error.");
}

}  // namespace tutti::python
