#include "models/run.h"

#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "kernels/device_names.h"
#include "kernels/support/error.h"
#include "models/predict_files.h"
#include "models/pretrained.h"
#include "python/bindings/module.h"
#include "python/bindings/watch.h"

using namespace nanobind::literals;

namespace tutti::python {
namespace {

using Paths = std::vector<std::filesystem::path>;

nb::object path_text(const std::string& path) {
  return nb::steal(
      PyUnicode_DecodeFSDefaultAndSize(path.data(), static_cast<Py_ssize_t>(path.size())));
}

Predictions predicted(const Run& run, const Paths& paths, InputFiles takes, Vote vote) {
  std::vector<std::string> names;
  for (const auto& path : paths) names.push_back(path.string());
  const nb::gil_scoped_release unlock;
  return predict_files(run, find_sources(names, takes), vote, check_signals);
}

nb::dict row_of(const Prediction& song, const std::vector<std::string>& classes) {
  nb::dict row, probabilities;
  for (std::size_t k = 0; k < classes.size(); ++k)
    probabilities[classes[k].c_str()] = song.probabilities[k];
  row["path"] = path_text(song.path);
  row["genre"] = song.genre;
  row["probability"] = song.probability;
  row["probabilities"] = probabilities;
  row["votes"] = song.votes;
  return row;
}

void append_problems(nb::list& rows, const SongProblems& problems) {
  for (const auto& [path, reason] : problems.bad) {
    nb::dict row;
    row["path"] = path_text(path.string());
    row["error"] = reason;
    rows.append(row);
  }
}

nb::list predict(const Run& run, const Paths& paths, const std::string& vote) {
  const Predictions found = predicted(run, paths, run.traits().takes, from_name<Vote>(vote));
  nb::list rows;
  for (const auto& song : found.all) rows.append(row_of(song, run.classes()));
  append_problems(rows, found.problems);
  return rows;
}

nb::list top_of(const Prediction& song, std::size_t count,
                const std::vector<std::string>& classes) {
  nb::list top;
  for (const auto k : likeliest(song.probabilities, count)) {
    nb::dict one;
    one["genre"] = classes[k];
    one["probability"] = song.probabilities[k];
    top.append(one);
  }
  return top;
}

nb::list genre(const Run& run, const Paths& paths, std::int64_t top) {
  if (top < 1) throw Error("top ", top, ": it is at least 1");
  const Predictions found = predicted(run, paths, InputFiles::none, Vote::mean);
  nb::list rows;
  for (const auto& song : found.all) {
    nb::dict row = row_of(song, run.classes());
    row["top"] = top_of(song, static_cast<std::size_t>(top), run.classes());
    rows.append(row);
  }
  append_problems(rows, found.problems);
  return rows;
}

}  // namespace

void add_runs(nb::module_& module) {
  nb::class_<Run>(module, "Run")
      .def(
          "__init__",
          [](Run* run, const std::filesystem::path& folder, const std::string& device) {
            const nb::gil_scoped_release unlock;
            new (run) Run(folder, from_name<Device>(device));
          },
          "folder"_a, "device"_a)
      .def_prop_ro("classes", &Run::classes)
      .def("predict", predict, "paths"_a, "vote"_a,
           "A dict for each file: path, genre, probability, probabilities, votes; or path and "
           "error.")
      .def("genre", genre, "songs"_a, "top"_a, "The same for songs, with the likeliest genres.");
  module.def("run_folder", run_folder, "run"_a,
             "The folder of a run; of the word 'pretrained', the built-in model's.");
}

}  // namespace tutti::python
