#include "engine/training/trainer.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "engine/training/examples.h"
#include "engine/training/members.h"

namespace tutti {
namespace {

std::vector<std::int64_t> hits(const Tensor& probabilities,
                               const std::vector<std::int32_t>& labels) {
  const std::int64_t members = probabilities.dim(0), batch = probabilities.dim(1),
                     classes = probabilities.dim(2);
  const auto p = probabilities.to_vector<float>();
  std::vector<std::int64_t> correct(static_cast<std::size_t>(members));
  for (std::int64_t i = 0; i < members * batch; ++i) {
    const auto row = p.begin() + i * classes;
    correct[static_cast<std::size_t>(i / batch)] +=
        std::max_element(row, row + classes) - row == labels[static_cast<std::size_t>(i)];
  }
  return correct;
}

}  // namespace

Trainer::Trainer(Sequential& model, const std::vector<RandomStream>& members, Tensor x,
                 std::vector<std::int32_t> labels, double learning_rate)
    : model_(model),
      adam_(model.parameters(), {.learning_rate = learning_rate}),
      x_(std::move(x)),
      labels_(std::move(labels)) {
  for (const auto& stream : streams_for(Purpose::dropout, members)) members_.push_back({stream});
}

Trainer::Step& Trainer::step_of(std::int64_t batch) {
  if (const auto found = steps_.find(batch); found != steps_.end()) return found->second;
  const std::int64_t members = model_.members(), count = members * batch;
  Step& step = steps_[batch];
  step.numbers = Tensor::empty({2 * count + 3 * members}, DType::int32, model_.device());
  step.rows = step.numbers.slice(0, count).reshape({members, batch});
  step.labels = step.numbers.slice(count, count).reshape({members, batch});
  step.dropout_draws = step.numbers.slice(2 * count, 3 * members).reshape({members, 3});
  step.rates = Tensor::empty({members}, DType::float32, model_.device());
  step.ones = Tensor::from({members}, std::vector<float>(members_.size(), 1), model_.device());
  step.work = CapturedGraph(model_.device(), {[this, &step] { set_loss(step); },
                                              [this, &step] { change_weights(step); }});
  return step;
}

void Trainer::set_loss(Step& step) const {
  step.changes.clear();
  const Context pass{
      .training = true, .dropout_draws = step.dropout_draws, .changes = &step.changes};
  const Variable logits = model_.logits({x_, step.rows}, pass);
  Variable cross_entropy;
  std::tie(cross_entropy, step.probabilities) = softmax_cross_entropy(logits, step.labels);
  const Variable penalty = model_.penalty();
  step.loss = penalty.value().defined() ? add(cross_entropy, penalty) : cross_entropy;
}

void Trainer::change_weights(Step& step) {
  for (const auto& change : step.changes) change();
  step.changes.clear();
  backward(step.loss, step.ones);
  adam_.move(step.rates);
}

Trainer::StepResult Trainer::step(const std::vector<std::int32_t>& rows) {
  Step& step = step_of(static_cast<std::int64_t>(rows.size()) / model_.members());
  const auto labels = labels_of(labels_, rows);
  std::vector<std::int32_t> numbers = rows;
  for (const auto& more : {labels, dropout_draws(members_)})
    numbers.insert(numbers.end(), more.begin(), more.end());
  step.numbers.copy_from(numbers.data(), step.numbers.size());
  adam_.set_next_rates(step.rates);

  step.work.run(0);
  StepResult result{step.loss.value().to_vector<float>(), hits(step.probabilities, labels), false};
  result.finite =
      std::all_of(result.loss.begin(), result.loss.end(), [](float l) { return std::isfinite(l); });
  if (!result.finite) return result;
  step.work.run(1);
  adam_.count_step();
  for (auto& member : members_) ++member.steps;
  return result;
}

std::vector<AdamMemory> Trainer::memory() const {
  std::vector<AdamMemory> members;
  for (std::int64_t m = 0; m < model_.members(); ++m) members.push_back(adam_.memory(m));
  return members;
}

void Trainer::set_memory(const std::vector<AdamMemory>& members) {
  for (std::size_t m = 0; m < members.size(); ++m)
    adam_.set_memory(static_cast<std::int64_t>(m), members[m]);
}

void Trainer::select_members(const std::vector<std::int64_t>& members) {
  steps_.clear();
  model_.select_members(members);
  adam_.select_members(model_.parameters(), members);
  std::vector<DropoutState> kept;
  for (const auto m : members) kept.push_back(members_.at(static_cast<std::size_t>(m)));
  members_ = std::move(kept);
}

void Trainer::append_members(const Trainer& other) {
  steps_.clear();
  model_.append_members(other.model_);
  adam_.append_members(model_.parameters(), other.adam_);
  members_.insert(members_.end(), other.members_.begin(), other.members_.end());
}

}  // namespace tutti
