#include "models/mel/cross_validation.h"

#include "engine/distributed/world.h"
#include "models/calibration.h"
#include "models/vote.h"

namespace tutti {
namespace {

HeldOut joined(const std::vector<HeldOut>& parts) {
  HeldOut all;
  std::vector<Tensor> scores;
  for (const auto& part : parts) {
    scores.push_back(part.scores);
    all.probabilities.insert(all.probabilities.end(), part.probabilities.begin(),
                             part.probabilities.end());
    all.rows.insert(all.rows.end(), part.rows.begin(), part.rows.end());
    all.labels.insert(all.labels.end(), part.labels.begin(), part.labels.end());
  }
  all.scores = joined_examples(scores);
  return all;
}

}  // namespace

CrossValidation::CrossValidation(const ClipExamples& clips, const Tensor& windows,
                                 std::int64_t genres, const std::vector<Split>& folds,
                                 const MelRecipe& recipe, std::stop_token stop,
                                 const MelEnsemble::Observe& observe) {
  for (const auto& [train, test] : folds) {
    const ClipExamples training{clips.clips, clips.labels, train};
    MelEnsemble ensemble(training, windows, genres, recipe);
    ensemble.train(training, {clips.clips, clips.labels, {}}, windows, stop, observe);
    if (any_stopped(stop)) return;
    folds_.push_back({ensemble.score(windows, test), {}, test, labels_of(clips.labels, test)});
  }
}

double CrossValidation::temperature() const {
  const HeldOut all = joined(folds_);
  return fit_temperature(all.scores, all.labels);
}

HeldOut CrossValidation::calibrated() const {
  auto folds = folds_;
  for (std::size_t fold = 0; fold < folds.size(); ++fold) {
    const HeldOut others = all_but(fold);
    folds[fold].probabilities =
        tempered_mean(folds[fold].scores, fit_temperature(others.scores, others.labels));
  }
  return joined(folds);
}

HeldOut CrossValidation::all_but(std::size_t fold) const {
  auto others = folds_;
  others.erase(others.begin() + static_cast<std::ptrdiff_t>(fold));
  return joined(others);
}

}  // namespace tutti
