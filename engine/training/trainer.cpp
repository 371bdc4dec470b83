#include "engine/training/trainer.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "engine/members.h"
#include "engine/training/examples.h"
#include "engine/training/shards.h"

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

void expect_like(const Tensor& of_step, const Tensor& of_batch, const char* what) {
  if (of_step.defined() != of_batch.defined() || of_step.size() != of_batch.size())
    throw Error("trainer: the ", what, " of a batch are ", of_batch.shape(), ", not ",
                of_step.shape());
}

void check(const LossOptions& options, std::int64_t classes) {
  if (!(options.label_smoothing >= 0 && options.label_smoothing < 1))
    throw Error("label smoothing of ", options.label_smoothing, "; it must be in [0, 1)");
  const auto& weights = options.class_weights;
  if (!weights.empty() && static_cast<std::int64_t>(weights.size()) != classes)
    throw Error("class weights for ", weights.size(), " classes; the model tells ", classes,
                " apart");
  for (const double weight : weights)
    if (!(weight >= 0) || std::isinf(weight))
      throw Error("a class weight of ", weight, "; it must be finite and at least 0");
}

void copy(const Tensor& on_host, Tensor& to) {
  if (to.dtype() == DType::uint8)
    to.copy_from(on_host.data<std::uint8_t>(), on_host.size());
  else
    to.copy_from(on_host.data<float>(), on_host.size());
}

bool all_finite(const std::vector<float>& values) {
  return std::ranges::all_of(values, [](float v) { return std::isfinite(v); });
}

}  // namespace

Trainer::Trainer(Model& model, const std::vector<RandomStream>& members, Tensor x,
                 std::vector<std::int32_t> labels, const TrainerOptions& options)
    : model_(model),
      optimizer_(make_optimizer(model.parameters(), options.optimizer)),
      loss_(options.loss),
      shards_(options.shards),
      x_(std::move(x)),
      labels_(std::move(labels)) {
  for (const auto& stream : streams_for(Purpose::dropout, members)) members_.push_back({stream});
  check(loss_, model.classes());
  if (options.weight_average != 0) average_.emplace(model.parameters(), options.weight_average);
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
  if (batch.targets.defined())
    step.targets =
        Tensor::empty({shape[0], shape[1], model_.classes()}, DType::float32, model_.device());
  if (!loss_.class_weights.empty()) {
    std::vector<float> weights;
    for (std::int64_t m = 0; m < members; ++m)
      weights.insert(weights.end(), loss_.class_weights.begin(), loss_.class_weights.end());
    step.class_weights = Tensor::from({members, model_.classes()}, weights, model_.device());
  }
  step.ones = Tensor::from({members}, std::vector<float>(members_.size(), 1), model_.device());
  step.work = CapturedGraph(
      model_.device(), {[this, &step] { set_loss(step); }, [this, &step] { step_weights(step); }});
  return step;
}

/// What the host sets anew for each step; a batch's own examples are in the order of its rows.
void Trainer::set_inputs(Step& step, const MemberBatch& batch,
                         const std::vector<DropoutState>& members) const {
  std::vector<std::int32_t> numbers = batch.rows;
  expect_like(step.x, batch.x, "examples");
  expect_like(step.targets, batch.targets, "targets");
  if (step.targets.defined()) copy(batch.targets, step.targets);
  if (batch.x.defined()) {
    std::iota(numbers.begin(), numbers.end(), 0);
    copy(batch.x, step.x);
  }
  for (const auto& more : {batch.labels, dropout_draws(members)})
    numbers.insert(numbers.end(), more.begin(), more.end());
  step.numbers.copy_from(numbers.data(), step.numbers.size());
}

Tensor Trainer::targets(const Step& step) const {
  if (step.targets.defined()) return step.targets;
  if (loss_.plain()) return step.labels;
  return soft_targets(step.labels, model_.classes(),
                      {.smoothing = loss_.label_smoothing, .class_weights = step.class_weights});
}

void Trainer::set_loss(Step& step) const {
  step.changes.clear();
  const Context pass{
      .training = true, .dropout_draws = step.dropout_draws, .changes = &step.changes};
  const Variable logits = model_.logits({step.x.defined() ? step.x : x_, step.rows}, pass);
  Variable cross_entropy;
  std::tie(cross_entropy, step.probabilities) = softmax_cross_entropy(logits, targets(step));
  const Variable penalty = model_.penalty();
  step.loss = penalty.value().defined() ? add(cross_entropy, penalty) : cross_entropy;
}

void Trainer::step_weights(Step& step) {
  for (const auto& change : step.changes) change();
  step.changes.clear();
  backward(step.loss, step.ones);
  optimizer_->apply();
  if (average_) average_->update();
}

Trainer::StepResult Trainer::whole_step(const MemberBatch& batch) {
  Step& step = step_on(batch);
  set_inputs(step, batch, members_);
  step.work.run(0);
  StepResult result{step.loss.value().to_vector<float>(), hits(step.probabilities, batch.labels),
                    false};
  result.finite = all_finite(result.loss);
  if (result.finite) step.work.run(1);
  return result;
}

Trainer::StepResult Trainer::sharded_step(const MemberBatch& batch) {
  const std::int64_t members = model_.members();
  ShardedStep sums(model_.parameters(), std::ssize(batch.rows) / members, shards_);
  for (const auto& shard : sums.here()) {
    const MemberBatch part = part_of(batch, members, shard.part);
    std::vector<DropoutState> draws = members_;
    for (auto& [stream, steps] : draws)
      stream = stream.derive(static_cast<std::uint64_t>(shard.number));
    Step& step = step_on(part);
    set_inputs(step, part, draws);
    set_loss(step);
    sums.add(shard, step.loss, hits(step.probabilities, part.labels), step.changes);
    step.changes.clear();
  }
  auto [loss, correct] = sums.finish();
  const bool finite = all_finite(loss);
  if (finite) {
    sums.apply();
    optimizer_->apply();
    if (average_) average_->update();
  }
  return {std::move(loss), std::move(correct), finite};
}

Trainer::StepResult Trainer::step(const std::vector<std::int32_t>& rows, const Rates& rates) {
  return step(MemberBatch{rows, labels_of(labels_, rows), {}, {}}, rates);
}

Trainer::StepResult Trainer::step(const MemberBatch& batch, const Rates& rates) {
  optimizer_->prepare(rates);
  const StepResult result = shards_ ? sharded_step(batch) : whole_step(batch);
  if (!result.finite) return result;
  optimizer_->count_step();
  for (auto& member : members_) ++member.steps;
  return result;
}

void Trainer::show_average(bool shown) {
  if (average_ && average_->swapped() != shown) average_->swap();
}

std::vector<std::vector<float>> Trainer::hidden_weights(std::int64_t member) const {
  return average_ ? average_->values(member) : std::vector<std::vector<float>>();
}

void Trainer::set_hidden_weights(std::int64_t member,
                                 const std::vector<std::vector<float>>& values) {
  if (average_) average_->set_values(member, values);
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
  if (average_) average_->select_members(model_.parameters(), members);
  std::vector<DropoutState> kept;
  for (const auto m : members) kept.push_back(members_.at(static_cast<std::size_t>(m)));
  members_ = std::move(kept);
}

void Trainer::append_members(const Trainer& other) {
  steps_.clear();
  model_.append_members(other.model_);
  optimizer_->append_members(model_.parameters(), *other.optimizer_);
  if (average_) average_->append_members(model_.parameters(), other.average_.value());
  members_.insert(members_.end(), other.members_.begin(), other.members_.end());
}

}  // namespace tutti
