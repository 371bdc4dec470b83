#include "engine/training/training.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/training/members.h"
#include "engine/training/prediction.h"
#include "engine/training/score.h"

namespace tutti {
namespace {

/// The first value that is not finite; the count if there is none.
template <class Values>
std::size_t first_not_finite(const Values& values) {
  std::size_t member = 0;
  while (member < values.size() && std::isfinite(values[member])) ++member;
  return member;
}

}  // namespace

Training::Training(Sequential& model, const std::vector<RandomStream>& members,
                   const MemberExamples& training, const MemberExamples& validation,
                   TrainOptions options)
    : model_(model),
      options_(std::move(options)),
      x_(training.x.to(model.device())),
      validation_x_(
          validation.x.shares_elements_with(training.x) ? x_ : validation.x.to(model.device())),
      trainer_(model, members, x_, training.labels, options_.learning_rate),
      validation_labels_(validation.labels),
      size_(training.size()),
      steps_((size_ + options_.batch_size - 1) / std::max(1, options_.batch_size)) {
  if (options_.batch_size < 1 || options_.batch_size > size_)
    throw Error("a batch of ", options_.batch_size, " cannot be drawn from ", size_,
                " training examples; choose 1 to ", size_);
  trainer_.set_memory(options_.memory);
  const auto orders = streams_for(Purpose::order, members);
  for (std::size_t m = 0; m < members.size(); ++m)
    members_.push_back(
        {m, orders[m], options_.learning_rate, training.rows[m],
         validation.rows.empty() ? std::vector<std::int32_t>() : validation.rows[m]});
}

void Training::begin_epoch() {
  for (auto& member : members_) {
    ++member.epoch;
    member.order = member.rows;
    member.orders.derive(static_cast<std::uint64_t>(member.epoch)).shuffle(member.order);
    member.loss = 0;
    member.correct = 0;
  }
  step_ = 0;
  between_epochs_ = false;
}

/// The members' rows of one batch, member after member.
std::vector<std::int32_t> Training::batch(std::int64_t begin, std::int64_t end) const {
  std::vector<std::int32_t> rows;
  for (const auto& member : members_)
    rows.insert(rows.end(), member.order.begin() + begin, member.order.begin() + end);
  return rows;
}

std::optional<std::vector<EpochResult>> Training::epoch() {
  if (between_epochs_) begin_epoch();
  for (; step_ < steps_; ++step_) {
    if (options_.stop && *options_.stop) return std::nullopt;
    const std::int64_t begin = step_ * options_.batch_size;
    const std::int64_t end = std::min(size_, begin + options_.batch_size);
    const auto result = trainer_.step(batch(begin, end));
    if (!result.finite) diverged("loss", first_not_finite(result.loss));
    for (std::size_t m = 0; m < members_.size(); ++m) {
      members_[m].loss += result.loss[m] * static_cast<double>(end - begin);
      members_[m].correct += result.correct[m];
    }
    if (options_.on_step) options_.on_step(members_[0].epoch, step_ + 1, steps_);
  }
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const auto n = static_cast<double>(size_);
  std::vector<EpochResult> results;
  for (const auto& member : members_)
    results.push_back({member.loss / n, static_cast<double>(member.correct) / n, none, none});
  if (!members_[0].validation.empty()) validate(results);
  between_epochs_ = true;
  return results;
}

/// Sets the validation loss (with the L2 terms) and accuracy of every member.
void Training::validate(std::vector<EpochResult>& results) const {
  MemberRows rows;
  for (const auto& member : members_) rows.push_back(member.validation);
  const auto all = predict_probabilities(model_, validation_x_, rows).to_vector<float>();
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

void Training::diverged(const char* what, std::size_t member) const {
  const Member& lost = members_.at(member);
  throw Diverged(static_cast<std::int64_t>(member), "training diverged: the ", what, " of member ",
                 lost.number, " is not finite at epoch ", lost.epoch, ", step ",
                 std::min(step_ + 1, steps_), " (learning rate ", lost.learning_rate,
                 "); a smaller one may help");
}

void Training::select_members(const std::vector<std::int64_t>& members) {
  trainer_.select_members(members);
  std::vector<Member> kept;
  for (const auto m : members) kept.push_back(std::move(members_.at(static_cast<std::size_t>(m))));
  members_ = std::move(kept);
}

void Training::append_members(const Training& other) {
  trainer_.append_members(other.trainer_);
  members_.insert(members_.end(), other.members_.begin(), other.members_.end());
}

History train(Sequential& model, const std::vector<RandomStream>& members,
              const MemberExamples& training, const MemberExamples& validation,
              const TrainOptions& options) {
  Training under_way(model, members, training, validation, options);
  History history;
  while (static_cast<int>(history.size()) < options.epochs) {
    auto results = under_way.epoch();
    if (!results) break;
    history.push_back(std::move(*results));
    if (options.on_epoch) options.on_epoch(static_cast<int>(history.size()), history.back());
  }
  if (options.on_end) options.on_end(under_way.memory());
  return history;
}

}  // namespace tutti
