#include "engine/training/training.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/distributed/world.h"
#include "engine/members.h"
#include "engine/training/prediction.h"
#include "engine/training/score.h"
#include "kernels/backend.h"

namespace tutti {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// Steps that a device does before the host reads what they came to, and sees a request to stop.
constexpr std::int64_t most_ahead = 64;

/// The first value that is not finite; the count if there is none.
template <class Values>
std::size_t first_not_finite(const Values& values) {
  std::size_t member = 0;
  while (member < values.size() && std::isfinite(values[member])) ++member;
  return member;
}

LoaderOptions loader_options(const TrainOptions& options) {
  return {.batch = options.batch_size,
          .drop_last = options.drop_last,
          .stream = options.stream,
          .augment = options.augment};
}

}  // namespace

Training::Training(Model& model, const TrainData& data, const TrainOptions& options,
                   std::stop_token stop)
    : model_(model),
      options_(options),
      stop_(std::move(stop)),
      loader_(data.training, data.members, loader_options(options)),
      x_(loader_.gathers() ? Tensor() : data.training.x.to(model.device())),
      validation_x_(options.stream ? data.validation.x
                    : x_.defined() && data.validation.x.shares_elements_with(data.training.x)
                        ? x_
                        : data.validation.x.to(model.device())),
      trainer_(model, data.members, x_, data.training.labels,
               {options.optimizer, options.loss, options.weight_average, options.shards}),
      validation_labels_(data.validation.labels) {
  for (std::size_t m = 0; m < data.members.size(); ++m)
    members_.push_back(
        {static_cast<std::size_t>(data.first_member) + m, options.learning_rate,
         data.validation.rows.empty() ? std::vector<std::int32_t>() : data.validation.rows.at(m)});
  check(data);
  for (std::size_t m = 0; m < options.optimizer_state.size(); ++m)
    trainer_.set_optimizer_state(static_cast<std::int64_t>(m), options.optimizer_state[m]);
  trainer_.show_average(true);
}

void Training::check(const TrainData& data) const {
  for (const MemberExamples* part : {&data.training, &data.validation})
    for (const auto& rows : part->rows)
      for (const auto row : rows)
        if (const auto label = part->labels.at(static_cast<std::size_t>(row));
            label < 0 || label >= model_.classes())
          throw Error("training: row ", row, " has the label ", label, "; the model tells ",
                      model_.classes(), " classes apart, from 0 on");
  const auto& plateau = options_.reduce_on_plateau;
  const auto& early = options_.early_stopping;
  if (plateau) plateau->check();
  if (early && early->patience < 1)
    throw Error("early stopping: a patience of ", early->patience,
                " epochs; it must be at least 1");
  if (early && !(early->least_change >= 0))
    throw Error("early stopping: a least change of ", early->least_change,
                "; it must be at least 0");
  if ((plateau || early) && members_[0].validation.empty())
    throw Error(early ? "early stopping" : "ReduceOnPlateau",
                ": there is nothing to validate on, so no validation loss to go by");
}

void Training::begin_epoch() {
  loader_.begin_epoch();
  for (auto& member : members_) {
    member.loss = 0;
    member.correct = 0;
  }
  step_ = examples_ = 0;
  between_epochs_ = false;
}

double Training::rate(std::size_t member, std::int64_t ahead) const {
  const Member& one = members_[member];
  return one.learning_rate(trainer_.steps(static_cast<std::int64_t>(member)) + ahead) *
         one.plateau.scale;
}

/// Of the step that comes `ahead` steps after the next.
Rates Training::rates(std::int64_t ahead) const {
  std::vector<double> rates;
  for (std::size_t m = 0; m < members_.size(); ++m) rates.push_back(rate(m, ahead));
  return rates;
}

std::optional<std::vector<EpochResult>> Training::epoch(const TrainObserver& observer) {
  if (between_epochs_) begin_epoch();
  trainer_.show_average(false);
  while (step_ + trainer_.taken_steps() < loader_.size()) {
    if (stop_.stop_requested()) {
      settle();
      trainer_.show_average(true);
      return std::nullopt;
    }
    step(observer);
  }
  trainer_.show_average(true);
  auto results = this->results();
  if (!members_[0].validation.empty()) validate(results);
  update_members(results);
  between_epochs_ = true;
  return results;
}

void Training::step(const TrainObserver& observer) {
  if (trainer_.laid_out() == 0) lay_out();
  trainer_.take_step();
  const std::int64_t done = step_ + trainer_.taken_steps();
  if (trainer_.laid_out() == 0) settle();
  if (observer.on_step) observer.on_step(static_cast<int>(loader_.epoch(0)), done, loader_.size());
}

/// Batches that the host makes or cuts, and processes that keep step, go one by one.
void Training::lay_out() {
  const bool many = kernels::records(model_.device()) && !loader_.gathers() &&
                    options_.shards == 0 && world().alone();
  const std::int64_t end = std::min(loader_.size(), step_ + (many ? most_ahead : 1));
  std::vector<MemberBatch> batches;
  std::vector<Rates> rates;
  for (std::int64_t step = step_; step < end; ++step) {
    batches.push_back(loader_.batch(step));
    rates.push_back(this->rates(step - step_));
  }
  trainer_.lay_out(std::move(batches), std::move(rates));
}

/// Reads what the steps taken since have come to.
void Training::settle() {
  if (trainer_.taken_steps() == 0) return;
  for (const auto& result : trainer_.results()) {
    if (!result.finite) diverged("loss", first_not_finite(result.loss));
    const std::int64_t each =
        std::min<std::int64_t>(options_.batch_size, loader_.examples() - examples_);
    for (std::size_t m = 0; m < members_.size(); ++m) {
      members_[m].loss += result.loss[m] * static_cast<double>(each);
      members_[m].correct += result.correct[m];
    }
    examples_ += each;
    ++step_;
  }
}

std::vector<EpochResult> Training::results() const {
  const auto n = static_cast<double>(examples_);
  std::vector<EpochResult> results;
  for (const auto& member : members_)
    results.push_back({member.loss / n, static_cast<double>(member.correct) / n, none, none});
  return results;
}

/// Sets the validation loss (with the L2 terms) and accuracy of every member.
void Training::validate(std::vector<EpochResult>& results) const {
  MemberRows rows;
  for (const auto& member : members_) rows.push_back(member.validation);
  const auto all = predict_streamed(model_, validation_x_, rows).to_vector<float>();
  const Variable penalty = model_.penalty();
  const auto l2_terms = penalty.value().defined() ? penalty.value().to_vector<float>()
                                                  : std::vector<float>(results.size());
  const auto each = static_cast<std::ptrdiff_t>(all.size() / results.size());
  for (std::size_t m = 0; m < results.size(); ++m) {
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(m) * each;
    const auto [loss, correct] =
        score({first, first + each}, labels_of(validation_labels_, rows[m]));
    results[m].val_loss = loss + l2_terms[m];
    results[m].val_accuracy = static_cast<double>(correct) / static_cast<double>(rows[m].size());
    if (!std::isfinite(results[m].val_loss)) diverged("validation loss", m);
  }
}

/// What each member's validation loss means for its rate and its end.
void Training::update_members(const std::vector<EpochResult>& results) {
  for (std::size_t m = 0; m < members_.size(); ++m) {
    const auto place = static_cast<std::int64_t>(m);
    const double loss = results[m].val_loss;
    if (options_.reduce_on_plateau) options_.reduce_on_plateau->update(members_[m].plateau, loss);
    if (!options_.early_stopping) continue;
    auto& known = members_[m].stopping;
    if (loss < known.best - options_.early_stopping->least_change)
      known = {loss, 0, results[m], member_values(model_.parameters(), place),
               trainer_.optimizer_state(place)};
    else
      ++known.bad_epochs;
  }
}

bool Training::finished(std::int64_t member) const {
  const auto& known = members_.at(static_cast<std::size_t>(member)).stopping;
  return options_.early_stopping && known.bad_epochs >= options_.early_stopping->patience;
}

void Training::restore_best(std::int64_t member) {
  const auto& known = members_.at(static_cast<std::size_t>(member)).stopping;
  if (known.weights.empty()) return;
  set_member_values(model_.parameters(), member, known.weights);
  trainer_.set_optimizer_state(member, known.optimizer);
}

void Training::diverged(const char* what, std::size_t member) const {
  throw Diverged(static_cast<std::int64_t>(member), "training diverged: the ", what, " of member ",
                 members_.at(member).number, " is not finite at epoch ",
                 loader_.epoch(static_cast<std::int64_t>(member)), ", step ",
                 std::min(step_ + 1, loader_.size()), " (learning rate ", rate(member, 0),
                 "); a smaller one may help");
}

void Training::select_members(const std::vector<std::int64_t>& members) {
  settle();
  trainer_.select_members(members);
  loader_.select_members(members);
  std::vector<Member> kept;
  for (const auto m : members) kept.push_back(members_.at(static_cast<std::size_t>(m)));
  members_ = std::move(kept);
}

void Training::append_members(const Training& other) {
  trainer_.append_members(other.trainer_);
  loader_.append_members(other.loader_);
  members_.insert(members_.end(), other.members_.begin(), other.members_.end());
}

MemberState Training::state(std::int64_t member) {
  settle();
  const Member& one = members_.at(static_cast<std::size_t>(member));
  trainer_.show_average(true);
  MemberState state{.epoch = loader_.epoch(member) - (between_epochs_ ? 0 : 1),
                    .steps = trainer_.steps(member),
                    .weights = member_values(model_.parameters(), member),
                    .optimizer = trainer_.optimizer_state(member),
                    .trained = trainer_.hidden_weights(member),
                    .plateau = one.plateau,
                    .stopping = one.stopping,
                    .loss = one.loss,
                    .correct = one.correct};
  trainer_.show_average(between_epochs_);
  return state;
}

PlaceInEpoch Training::place() {
  settle();
  return between_epochs_ ? PlaceInEpoch{} : PlaceInEpoch{step_, examples_};
}

void Training::set_state(std::int64_t member, const MemberState& state) {
  Member& one = members_.at(static_cast<std::size_t>(member));
  set_member_values(model_.parameters(), member, state.weights);
  trainer_.set_optimizer_state(member, state.optimizer);
  trainer_.set_hidden_weights(member, state.trained);
  trainer_.set_steps(member, state.steps);
  loader_.set_epoch(member, state.epoch);
  one.plateau = state.plateau;
  one.stopping = state.stopping;
  one.loss = state.loss;
  one.correct = state.correct;
}

void Training::set_place(const PlaceInEpoch& place) {
  if (place.steps == 0) return;
  if (place.steps > loader_.size())
    throw Error("training: the state is at step ", place.steps, " of an epoch of ", loader_.size());
  loader_.begin_epoch();
  step_ = place.steps;
  examples_ = place.examples;
  between_epochs_ = false;
}

}  // namespace tutti
