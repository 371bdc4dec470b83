#include "models/ensemble.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "datasets/picture.h"
#include "engine/training/prediction.h"
#include "kernels/support/error.h"
#include "kernels/support/text.h"
#include "models/keras/axes.h"
#include "models/keras/layers.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

fs::path member_file(const fs::path& folder, std::int64_t member) {
  return folder / ("classifier_" + std::to_string(member) + ".h5");
}

std::vector<std::int32_t> all_rows(const Tensor& X) {
  std::vector<std::int32_t> rows(static_cast<std::size_t>(X.dim(0)));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

/// Whether a file's network computes the same with its axes exchanged, time first; an Error if it
/// does not take spectrograms.
bool takes_time_first(const KerasModel& file) {
  const Shape pictures{picture_frequencies, picture_times, 1};
  Model model = from_keras(file);
  if (model.input_shape() != pictures)
    throw Error("takes inputs of ", model.input_shape(), ", not pictures of ", pictures);
  model.build_zero(0, Device::cpu);
  return is_exchangeable(model);
}

/// Pictures [n, time, frequency, 1] as [n, frequency, time, 1].
Tensor frequency_first(const Tensor& pictures) {
  const std::int64_t n = pictures.dim(0), times = pictures.dim(1), frequencies = pictures.dim(2);
  Tensor result = Tensor::empty({n, frequencies, times, 1}, DType::uint8, Device::cpu);
  const auto* from = pictures.data<std::uint8_t>();
  auto* to = result.data<std::uint8_t>();
  for (std::int64_t i = 0; i < n; ++i, from += times * frequencies, to += times * frequencies)
    for (std::int64_t t = 0; t < times; ++t)
      for (std::int64_t f = 0; f < frequencies; ++f) to[f * times + t] = from[t * frequencies + f];
  return result;
}

/// Members side by side, with their weights and the states of their Adams: of all, or of none.
struct Members {
  Model model;
  std::vector<OptimizerState> states;
  bool time_first;  // with the axes of their files exchanged
};

Members read_members(const std::vector<fs::path>& files, Device device, ReadOptimizer optimizer) {
  const auto count = static_cast<std::int64_t>(files.size());
  std::optional<Model> model;
  std::vector<OptimizerState> states;
  bool time_first = true;
  read_keras_files(files, optimizer, [&](std::size_t m, KerasModel file) {
    try {
      if (!model) time_first = takes_time_first(file);
      if (time_first) file = with_axes_exchanged(std::move(file));
      if (!model) model = built_from_keras(file, count, device);
      set_weights(*model, static_cast<std::int64_t>(m), file);
    } catch (const Error& problem) {
      throw Error(files[m].string(), ": ", problem.what());
    }
    if (auto adam = known_adam(file, *model)) states.push_back(std::move(adam->state));
  });
  if (states.size() < files.size()) states.clear();
  return {std::move(*model), std::move(states), time_first};
}

}  // namespace

std::vector<fs::path> member_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (std::int64_t m = 0; fs::exists(member_file(folder, m)); ++m)
    files.push_back(member_file(folder, m));
  if (!files.empty()) return files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".h5" || entry.path().extension() == ".keras")
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::optional<std::int64_t> member_number(const fs::path& file) {
  return number_between(file.filename().string(), "classifier_", ".h5");
}

Ensemble::Ensemble(std::int64_t n_classifiers, fs::path path, std::int64_t classes)
    : n_classifiers_(n_classifiers), path_(std::move(path)), classes_(classes) {
  if (n_classifiers < 1)
    throw Error("an ensemble of ", n_classifiers, " members; it takes at least one");
  if (classes < 2) throw Error("an ensemble for ", classes, " classes; it takes at least two");
}

History Ensemble::fit(const Examples& training, const Examples& validation,
                      const FitOptions& options, std::stop_token stop,
                      const TrainObserver& observer) {
  bootstrap_size(options.bootstrap_percent, training.size());  // an Error now, if it is
  learning_rate_ = options.learning_rate;
  const auto members = member_streams(options.seed, n_classifiers_, options.first_member);
  optimizer_.clear();
  time_first_ = true;
  if (options.from.empty()) {
    const auto& x = training.x.shape();
    model_ = genre_cnn(Shape(x.begin() + 1, x.end()), classes_,
                       pixel_scaling(options.normalization, training));
    model_->build(streams_for(Purpose::initialization, members), options.device);
  } else {
    start_from(options.from, options.device);
  }
  samples_.clear();
  samples_ = bootstrap_samples(training.rows, options.bootstrap_percent, members);
  if (options.on_start) options.on_start();
  if (!options.checkpoint) save();
  const MemberRows all_validate(members.size(), validation.rows);
  const Tensor x = oriented(training.x);
  const bool shared = validation.x.shares_elements_with(training.x);
  const TrainData data{members,
                       {x, training.labels, samples_},
                       {shared ? x : oriented(validation.x), validation.labels, all_validate}};
  TrainObserver each = observer;
  if (!observer.on_checkpoint)
    each.on_epoch = [&](int epoch, const std::vector<EpochResult>& results) {
      save();
      if (observer.on_epoch) observer.on_epoch(epoch, results);
    };
  TrainResult result = train(*model_, data,
                             {.epochs = options.epochs,
                              .batch_size = options.batch_size,
                              .learning_rate = options.learning_rate,
                              .shards = options.shards,
                              .optimizer_state = std::exchange(optimizer_, {})},
                             std::move(stop), each, options.checkpoint);
  optimizer_ = std::move(result.optimizer_state);
  save();
  return std::move(result.history);
}

void Ensemble::start_from(const fs::path& from, Device device) {
  auto files = fs::is_directory(from)
                   ? member_files(from)
                   : std::vector<fs::path>(static_cast<std::size_t>(n_classifiers_), from);
  if (static_cast<std::int64_t>(files.size()) != n_classifiers_)
    throw Error(from.string(), ": holds ", files.size(), " members, not ", n_classifiers_);
  auto [model, states, time_first] = read_members(files, device, ReadOptimizer::yes);
  if (model.classes() != classes_)
    throw Error(from.string(), ": tells ", model.classes(), " classes apart, not ", classes_);
  model_ = std::move(model);
  optimizer_ = std::move(states);
  time_first_ = time_first;
}

Tensor Ensemble::oriented(const Tensor& pictures) const {
  return time_first_ || !pictures.defined() ? pictures : frequency_first(pictures);
}

Ensemble::Scores Ensemble::predict_classifiers(const Tensor& X) const {
  return predict_classifiers(X, all_rows(X));
}

Ensemble::Scores Ensemble::predict_classifiers(const Tensor& X,
                                               const std::vector<std::int32_t>& rows) const {
  const Tensor scores = predict_probabilities(model(), oriented(X), rows);
  return {scores, member_labels(scores)};
}

std::vector<std::int32_t> Ensemble::predict(const Tensor& X, Vote rule) const {
  return vote(predict_classifiers(X).scores, rule);
}

std::optional<double> Ensemble::out_of_bag_accuracy(const Examples& training) const {
  const auto predictions = predict_classifiers(training.x, training.rows);
  const auto scores = predictions.scores.to_vector<float>();
  std::vector<std::set<std::int32_t>> bags;
  for (const auto& sample : samples_) bags.emplace_back(sample.begin(), sample.end());

  const auto n = training.rows.size(), classes = static_cast<std::size_t>(classes_);
  std::int64_t counted = 0, correct = 0;
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<float> sum(classes);
    bool any = false;
    for (std::size_t m = 0; m < bags.size(); ++m) {
      if (bags[m].contains(training.rows[i])) continue;
      any = true;
      for (std::size_t k = 0; k < classes; ++k) sum[k] += scores[(m * n + i) * classes + k];
    }
    if (!any) continue;
    ++counted;
    correct += std::max_element(sum.begin(), sum.end()) - sum.begin() ==
               training.labels[static_cast<std::size_t>(training.rows[i])];
  }
  if (counted == 0) return std::nullopt;
  return static_cast<double>(correct) / static_cast<double>(counted);
}

const Model& Ensemble::model() const {
  if (!model_) throw Error("the ensemble has no members yet: fit it or load it first");
  return *model_;
}

void Ensemble::save(const fs::path& folder) const {
  fs::create_directories(folder);
  for (std::int64_t m = 0; m < n_classifiers_; ++m) {
    KerasOptimizer adam{learning_rate_};
    if (!optimizer_.empty()) adam.state = optimizer_[static_cast<std::size_t>(m)];
    KerasModel file = to_keras(model(), m, adam);
    write_keras_file(member_file(folder, m),
                     time_first_ ? with_axes_exchanged(std::move(file)) : file);
  }
}

Ensemble Ensemble::load_model(const fs::path& path, Device device) {
  if (!fs::is_directory(path))
    throw Error(path.string(), ": no such folder; it should hold classifier_0.h5, …");
  const auto files = member_files(path);
  if (files.empty())
    throw Error(path.string(), ": holds no classifier_0.h5 and no other .h5 or .keras file");
  auto [model, states, time_first] = read_members(files, device, ReadOptimizer::no);
  Ensemble ensemble(static_cast<std::int64_t>(files.size()), path, model.classes());
  ensemble.model_ = std::move(model);
  ensemble.time_first_ = time_first;
  return ensemble;
}

}  // namespace tutti
