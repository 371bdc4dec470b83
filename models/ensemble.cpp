#include "models/ensemble.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "datasets/picture.h"
#include "engine/error.h"
#include "models/keras_axes.h"
#include "models/keras_layers.h"
#include "models/prediction.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

fs::path member_file(const fs::path& folder, std::int64_t member) {
  return folder / ("classifier_" + std::to_string(member) + ".h5");
}

/// floor(percent * n) draws with replacement.
std::vector<std::int32_t> bootstrap(const std::vector<std::int32_t>& rows, float percent,
                                    RandomStream stream) {
  const auto n = static_cast<std::int64_t>(rows.size());
  const auto draws =
      static_cast<std::int64_t>(std::floor(double{percent} * static_cast<double>(n) + 1e-6));
  std::vector<std::int32_t> sample;
  for (std::int64_t i = 0; i < draws; ++i)
    sample.push_back(rows[static_cast<std::size_t>(stream.below(n))]);
  return sample;
}

std::vector<std::int32_t> all_rows(const Tensor& X) {
  std::vector<std::int32_t> rows(static_cast<std::size_t>(X.dim(0)));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

/// The model with room for the members' weights; an Error if it does not take spectrograms.
Sequential built_for_pictures(Sequential model, std::int64_t members, Device device) {
  const Shape pictures{picture_times, picture_frequencies, 1};
  if (model.input().shape != pictures)
    throw Error("takes inputs of ", model.input().shape, ", not pictures of ", pictures,
                " (time first)");
  model.build(member_streams(0, members), device);
  expect_exchangeable(model);
  return model;
}

}  // namespace

Ensemble::Ensemble(std::int64_t n_classifiers, fs::path path, std::int64_t classes)
    : n_classifiers_(n_classifiers), path_(std::move(path)), classes_(classes) {
  if (n_classifiers < 1)
    throw Error("an ensemble of ", n_classifiers, " members; it takes at least one");
  if (classes < 2) throw Error("an ensemble for ", classes, " classes; it takes at least two");
}

History Ensemble::fit(const Examples& training, const Examples& validation,
                      const FitOptions& options) {
  if (!(options.bootstrap_percent > 0))
    throw Error("bootstrap: ", options.bootstrap_percent, " is not above 0");
  learning_rate_ = options.learning_rate;
  const auto members = member_streams(options.seed, n_classifiers_, options.first_member);
  model_ = genre_cnn(spectrogram_input(options.normalization, training), classes_);
  model_->build(streams_for(Purpose::initialization, members), options.device);
  samples_.clear();
  for (const auto& stream : streams_for(Purpose::bootstrap, members))
    samples_.push_back(bootstrap(training.rows, options.bootstrap_percent, stream));

  fs::create_directories(path_);
  save();
  const MemberRows all_validate(members.size(), validation.rows);
  return train(*model_, members, {training.x, training.labels, samples_},
               {validation.x, validation.labels, all_validate},
               {.epochs = options.epochs,
                .batch_size = options.batch_size,
                .learning_rate = options.learning_rate,
                .on_step = options.on_step,
                .on_epoch =
                    [&](int epoch, const std::vector<EpochResult>& results) {
                      save();
                      if (options.on_epoch) options.on_epoch(epoch, results);
                    },
                .stop = options.stop});
}

Ensemble::Scores Ensemble::predict_classifiers(const Tensor& X) const {
  return predict_classifiers(X, all_rows(X));
}

Ensemble::Scores Ensemble::predict_classifiers(const Tensor& X,
                                               const std::vector<std::int32_t>& rows) const {
  Scores result{predict_probabilities(model(), X, rows), {}};
  const auto scores = result.scores.to_vector<float>();
  auto row = scores.begin();
  for (std::int64_t m = 0; m < n_classifiers_; ++m) {
    auto& labels = result.labels.emplace_back();
    for (std::size_t i = 0; i < rows.size(); ++i, row += classes_)
      labels.push_back(static_cast<std::int32_t>(std::max_element(row, row + classes_) - row));
  }
  return result;
}

std::vector<std::int32_t> Ensemble::predict(const Tensor& X, Vote rule) const {
  return vote(predict_classifiers(X), rule);
}

std::optional<double> Ensemble::out_of_bag_accuracy(const Examples& training) const {
  const auto predictions = predict_classifiers(training.x, training.rows);
  const auto scores = predictions.scores.to_vector<float>();
  std::vector<std::set<std::int32_t>> bags;
  for (const auto& sample : samples_) bags.emplace_back(sample.begin(), sample.end());

  const auto n = training.rows.size(), classes = static_cast<std::size_t>(classes_);
  std::int64_t judged = 0, correct = 0;
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<float> sum(classes);
    bool any = false;
    for (std::size_t m = 0; m < bags.size(); ++m) {
      if (bags[m].contains(training.rows[i])) continue;
      any = true;
      for (std::size_t k = 0; k < classes; ++k) sum[k] += scores[(m * n + i) * classes + k];
    }
    if (!any) continue;
    ++judged;
    correct += std::max_element(sum.begin(), sum.end()) - sum.begin() ==
               training.labels[static_cast<std::size_t>(training.rows[i])];
  }
  if (judged == 0) return std::nullopt;
  return static_cast<double>(correct) / static_cast<double>(judged);
}

const Sequential& Ensemble::model() const {
  if (!model_) throw Error("the ensemble has no members yet: fit it or load it first");
  return *model_;
}

void Ensemble::save() const {
  for (std::int64_t m = 0; m < n_classifiers_; ++m)
    write_keras_file(member_file(path_, m),
                     with_axes_exchanged(to_keras(model(), m, learning_rate_)));
}

Ensemble Ensemble::load_model(const fs::path& path, Device device) {
  if (!fs::is_directory(path))
    throw Error(path.string(), ": no such folder; it should hold classifier_0.h5, …");
  std::int64_t count = 0;
  while (fs::exists(member_file(path, count))) ++count;
  if (count == 0) throw Error(path.string(), ": holds no classifier_0.h5");

  std::optional<Sequential> model;
  for (std::int64_t m = 0; m < count; ++m) {
    const KerasModel file = with_axes_exchanged(read_keras_file(member_file(path, m)));
    try {
      if (!model) model = built_for_pictures(from_keras(file), count, device);
      set_weights(*model, m, file);
    } catch (const Error& problem) {
      throw Error(member_file(path, m).string(), ": ", problem.what());
    }
  }
  Ensemble ensemble(count, path, model->classes());
  ensemble.model_ = std::move(model);
  return ensemble;
}

std::vector<float> mean_probabilities(const Tensor& scores) {
  const auto all = scores.to_vector<float>();
  const auto members = static_cast<std::size_t>(scores.dim(0)), each = all.size() / members;
  std::vector<float> mean(each);
  for (std::size_t i = 0; i < each; ++i) {
    double sum = 0;
    for (std::size_t m = 0; m < members; ++m) sum += all[m * each + i];
    mean[i] = static_cast<float>(sum / static_cast<double>(members));
  }
  return mean;
}

std::vector<std::int32_t> vote(const Ensemble::Scores& scores, Vote rule) {
  const auto classes = static_cast<std::size_t>(scores.scores.dim(2));
  const auto n = static_cast<std::size_t>(scores.scores.dim(1));
  const auto mean = mean_probabilities(scores.scores);
  std::vector<std::int32_t> winners;
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<int> votes(classes);
    if (rule == Vote::majority)
      for (const auto& labels : scores.labels) ++votes[static_cast<std::size_t>(labels[i])];
    std::size_t best = 0;
    for (std::size_t k = 1; k < classes; ++k)
      if (std::pair(votes[k], mean[i * classes + k]) >
          std::pair(votes[best], mean[i * classes + best]))
        best = k;
    winners.push_back(static_cast<std::int32_t>(best));
  }
  return winners;
}

}  // namespace tutti
