#include "engine/training/trainer.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "engine/training/examples.h"
#include "engine/members.h"

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

void copy(const Tensor& on_host, Tensor& to) {
  if (to.dtype() == DType::uint8)
    to.copy_from(on_host.data<std::uint8_t>(), on_host.size());
  else
    to.copy_from(on_host.data<float>(), on_host.size());
}

}  // namespace

Trainer::Trainer(Model& model, const std::vector<RandomStream>& members, Tensor x,
                 std::vector<std::int32_t> labels, const OptimizerOptions& optimizer)
    : model_(model),
      optimizer_(make_optimizer(model.parameters(), optimizer)),
      x_(std::move(x)),
      labels_(std::move(labels)) {
  for (const auto& stream : streams_for(Purpose::dropout, members)) members_.push_back({stream});
}

Trainer::Step& Trainer::step_on(const MemberBatch& batch) {
  const std::int64_t members = model_.members(),
                     count = static_cast<std::int64_t>(batch.rows.size());
  if (const auto found = steps_.find(count); found != steps_.end()) return found->second;
  Step& step = steps_[count];
  const Shape shape{members, count / members};
  step.numbers = Tensor::empty({2 * count + 3 * members}, DType::int32, model_.device());
  step.rows = step.numbers.slice(0, count).reshape(shape);
  step.labels = step.numbers.slice(count, count).reshape(shape);
  step.dropout_draws = step.numbers.slice(2 * count, 3 * members).reshape({members, 3});
  if (batch.x.defined()) {
    Shape examples(batch.x.shape().begin() + 1, batch.x.shape().end());
    examples[0] = count;
    step.x = Tensor::empty(examples, batch.x.dtype(), model_.device());
  }
  step.ones = Tensor::from({members}, std::vector<float>(members_.size(), 1), model_.device());
  step.work = CapturedGraph(model_.device(), {[this, &step] { set_loss(step); },
                                              [this, &step] { change_weights(step); }});
  return step;
}

/// What the host sets anew for each step; a batch's own examples are in the order of its rows.
void Trainer::set_inputs(Step& step, const MemberBatch& batch) const {
  std::vector<std::int32_t> numbers = batch.rows;
  if (batch.x.defined()) {
    if (batch.x.size() != step.x.size())
      throw Error("trainer: a batch of ", batch.x.shape(), " for ", batch.rows.size(), " rows of ",
                  step.x.shape());
    std::iota(numbers.begin(), numbers.end(), 0);
    copy(batch.x, step.x);
  }
  for (const auto& more : {batch.labels, dropout_draws(members_)})
    numbers.insert(numbers.end(), more.begin(), more.end());
  step.numbers.copy_from(numbers.data(), step.numbers.size());
}

void Trainer::set_loss(Step& step) const {
  step.changes.clear();
  const Context pass{
      .training = true, .dropout_draws = step.dropout_draws, .changes = &step.changes};
  const Variable logits = model_.logits({step.x.defined() ? step.x : x_, step.rows}, pass);
  Variable cross_entropy;
  std::tie(cross_entropy, step.probabilities) = softmax_cross_entropy(logits, step.labels);
  const Variable penalty = model_.penalty();
  step.loss = penalty.value().defined() ? add(cross_entropy, penalty) : cross_entropy;
}

void Trainer::change_weights(Step& step) {
  for (const auto& change : step.changes) change();
  step.changes.clear();
  backward(step.loss, step.ones);
  optimizer_->apply();
}

Trainer::StepResult Trainer::step(const std::vector<std::int32_t>& rows, const Rates& rates) {
  return step(MemberBatch{rows, labels_of(labels_, rows), {}, {}}, rates);
}

Trainer::StepResult Trainer::step(const MemberBatch& batch, const Rates& rates) {
  Step& step = step_on(batch);
  set_inputs(step, batch);
  optimizer_->prepare(rates);

  step.work.run(0);
  StepResult result{step.loss.value().to_vector<float>(), hits(step.probabilities, batch.labels),
                    false};
  result.finite =
      std::all_of(result.loss.begin(), result.loss.end(), [](float l) { return std::isfinite(l); });
  if (!result.finite) return result;
  step.work.run(1);
  optimizer_->count_step();
  for (auto& member : members_) ++member.steps;
  return result;
}

std::int64_t Trainer::steps(std::int64_t member) const {
  return members_.at(static_cast<std::size_t>(member)).steps;
}

void Trainer::set_steps(std::int64_t member, std::int64_t steps) {
  members_.at(static_cast<std::size_t>(member)).steps = steps;
}

void Trainer::select_members(const std::vector<std::int64_t>& members) {
  steps_.clear();
  model_.select_members(members);
  optimizer_->select_members(model_.parameters(), members);
  std::vector<DropoutState> kept;
  for (const auto m : members) kept.push_back(members_.at(static_cast<std::size_t>(m)));
  members_ = std::move(kept);
}

void Trainer::append_members(const Trainer& other) {
  steps_.clear();
  model_.append_members(other.model_);
  optimizer_->append_members(model_.parameters(), *other.optimizer_);
  members_.insert(members_.end(), other.members_.begin(), other.members_.end());
}

}  // namespace tutti
