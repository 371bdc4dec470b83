#include "models/run.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "kernels/support/error.h"
#include "models/calibration.h"
#include "models/run/checkpoint.h"
#include "models/run/split_file.h"

namespace tutti {
namespace {

struct Row {
  ModelKind kind;
  LoadRunModel load;
};
constexpr Row run_models[] = {{ModelKind::ensemble, load_ensemble_model},
                              {ModelKind::lstm, load_feature_model},
                              {ModelKind::rnn, load_feature_model},
                              {ModelKind::melcnn, load_mel_model}};

std::unique_ptr<RunModel> load_model(const RunFile& run, Device device) {
  expect_model(run);
  expect_own_files(run);
  for (const auto& [kind, load] : run_models)
    if (kind == run.kind) return load(run, device);
  throw Error(run.path().string(), ": models of the kind '", name(run.kind), "' cannot be loaded");
}

[[noreturn]] void fail_as_replaced(const RunFile& run) {
  throw Error(run.folder.string(), ": training has replaced it while it was read; try again");
}

/// The model of a run, and the run.json that belongs to it: if training replaces both meanwhile,
/// the new ones.
std::unique_ptr<RunModel> load_current_model(RunFile& run, Device device) {
  constexpr int most_tries = 10;
  for (int tries = 0; tries < most_tries; ++tries, run = read_run_file(run.folder)) try {
      auto model = load_model(run, device);
      if (is_current(run)) return model;
    } catch (const Error&) {
      if (is_current(run)) throw;
    }
  fail_as_replaced(run);
}

std::vector<std::int32_t> all_rows(std::size_t n) {
  std::vector<std::int32_t> rows(n);
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

std::string listed(const std::vector<std::string>& names) {
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

/// Labels of other data as numbers of these classes.
std::vector<std::int32_t> labels_in(const std::vector<std::string>& classes,
                                    const LabeledInputs& data) {
  std::vector<std::int32_t> number, labels;
  for (const auto& genre : data.classes) {
    const auto found = std::find(classes.begin(), classes.end(), genre);
    if (found == classes.end())
      throw Error("genre '", genre, "' is not one that the run knows: ", listed(classes));
    number.push_back(static_cast<std::int32_t>(found - classes.begin()));
  }
  for (const auto label : data.labels) labels.push_back(number[static_cast<std::size_t>(label)]);
  return labels;
}

void expect_classes(const RunFile& run, const std::vector<std::string>& classes,
                    const RunModel& model) {
  if (model.classes() != static_cast<std::int64_t>(classes.size()))
    throw Error(run.folder.string(), ": its networks tell ", model.classes(),
                " classes apart, not ", classes.size(), " as named");
}

/// An Error if a member's answer is not a number: NaN would vote for a class.
void expect_numbers(const Tensor& scores, const std::filesystem::path& run) {
  const auto values = scores.to_vector<float>();
  const auto found = std::ranges::find_if_not(values, [](float p) { return std::isfinite(p); });
  if (found == values.end()) return;
  const std::int64_t each = scores.dim(1) * scores.dim(2);
  throw Error(run.string(), ": network ", (found - values.begin()) / each,
              " gives probabilities that are not numbers; it diverged in training, or its file is "
              "damaged");
}

}  // namespace

Run::Run(RunFile file, Device device)
    : file_(std::move(file)), model_(load_current_model(file_, device)) {
  if (!classes().empty()) expect_classes(file_, classes(), *model_);
}

std::optional<std::size_t> Run::unfinished_after() const {
  if (file_.state == RunState::finished) return std::nullopt;
  const auto checkpoint = read_checkpoint(file_.folder);
  return checkpoint ? checkpoint->history.size() : 0;
}

Tensor Run::score(const Tensor& inputs, const std::vector<std::int32_t>& rows) const {
  const Tensor scores = model_->score(inputs, rows);
  expect_numbers(scores, file_.folder);
  return scores;
}

Tensor Run::score(const Tensor& inputs) const {
  return score(inputs, all_rows(static_cast<std::size_t>(inputs.dim(0))));
}

LabeledInputs Run::read_data(const std::filesystem::path& path, bool skip_bad,
                             const Progress& progress) const {
  LabeledInputs data = model_->read_data(path, skip_bad, progress);
  if (classes().empty()) {
    expect_classes(file_, data.classes, *model_);
    return data;
  }
  data.labels = labels_in(classes(), data);
  data.classes = classes();
  return data;
}

std::vector<std::int32_t> Run::rows_of(const LabeledInputs& data, Part part) const {
  if (part == Part::all) return all_rows(data.names.size());
  if (!trained_on(data))
    throw Error(data.path.string(), ": is not the data that ", file_.folder.string(),
                " was trained on, so it has no ", name(part), " part; use --split all");
  if (part == Part::validation && traits().validates_on_test) part = Part::test;
  const auto parts = read_split_file(file_.folder);
  if (!is_current(file_)) fail_as_replaced(file_);
  std::map<std::string, std::size_t> seen;  // of each name
  std::vector<std::int32_t> rows;
  for (std::size_t i = 0; i < data.names.size(); ++i) {
    const auto found = parts.find(data.names[i]);
    const auto place = seen[data.names[i]]++;
    if (found == parts.end() || place >= found->second.size())
      throw Error((file_.folder / "split.csv").string(), ": does not say the part of ",
                  data.names[i]);
    if (found->second[place] == part) rows.push_back(static_cast<std::int32_t>(i));
  }
  if (rows.empty()) throw Error(file_.folder.string(), ": has no ", name(part), " part");
  return rows;
}

const std::vector<std::string>& Run::named_classes() const {
  if (classes().empty())
    throw Error(file_.folder.string(), ": holds no run.json; name its classes by --classes A,B,…");
  return classes();
}

std::vector<float> Run::predict(const Tensor& windows) const {
  const Tensor scores = score(windows);
  return tempered_mean(scores.reshape({scores.dim(0) * scores.dim(1), 1, scores.dim(2)}),
                       file_.temperature);
}

Prediction Run::decide(const std::string& name, const Tensor& scores, Vote rule) const {
  return tutti::decide(name, scores, 0, scores.dim(1), named_classes(), rule, file_.temperature);
}

std::vector<Prediction> Run::predict(const std::vector<std::string>& names,
                                     const std::vector<std::int64_t>& windows, const Tensor& inputs,
                                     Vote rule) const {
  const auto& classes = named_classes();
  if (names.empty()) return {};
  const Tensor scores = score(inputs);
  std::vector<Prediction> predictions;
  std::int64_t first = 0;
  for (std::size_t i = 0; i < names.size(); first += windows[i++])
    predictions.push_back(
        tutti::decide(names[i], scores, first, windows[i], classes, rule, file_.temperature));
  return predictions;
}

}  // namespace tutti
