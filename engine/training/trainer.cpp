#include "engine/training/trainer.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "engine/members.h"
#include "engine/training/examples.h"
#include "engine/training/shards.h"
#include "kernels/backend.h"

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

/// Of the numbers of an optimizer, the rates [M].
Tensor rates_of(const Tensor& numbers) { return numbers.slice(0, 1).reshape({numbers.dim(1)}); }

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

/// The integers that a step on so many rows of all members needs: rows, labels and draws.
std::int64_t Trainer::numbers_of(std::int64_t rows) const {
  return 2 * rows + 3 * model_.members();
}

Trainer::Step& Trainer::step_on(const MemberBatch& batch) {
  const std::int64_t members = model_.members(), count = std::ssize(batch.rows);
  const Shape shape{members, count / members};
  const auto [found, is_new] = steps_.try_emplace(shape[1]);
  Step& step = found->second;
  if (is_new) step.work = CapturedGraph(model_.device(), [this, &step] { whole_step(step); });
  if (step.numbers.defined()) return step;
  step.numbers = Tensor::empty({numbers_of(count)}, DType::int32, model_.device());
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
  return step;
}

/// A batch's own examples are in the order of its rows.
std::vector<std::int32_t> Trainer::numbers(const MemberBatch& batch,
                                           const std::vector<DropoutState>& members) const {
  std::vector<std::int32_t> numbers = batch.rows;
  if (batch.x.defined()) std::iota(numbers.begin(), numbers.end(), 0);
  for (const auto& more : {batch.labels, dropout_draws(members)})
    numbers.insert(numbers.end(), more.begin(), more.end());
  return numbers;
}

/// What a batch brings itself.
void Trainer::set_examples(Step& step, const MemberBatch& batch) {
  expect_like(step.x, batch.x, "examples");
  expect_like(step.targets, batch.targets, "targets");
  if (batch.targets.defined()) copy(batch.targets, step.targets);
  if (batch.x.defined()) copy(batch.x, step.x);
}

Tensor Trainer::targets(const Step& step) const {
  if (step.targets.defined()) return step.targets;
  if (loss_.plain()) return step.labels;
  return soft_targets(step.labels, model_.classes(),
                      {.smoothing = loss_.label_smoothing, .class_weights = step.class_weights});
}

void Trainer::set_loss(Step& step) {
  step.changes.clear();
  const Context pass{.training = true,
                     .dropout_draws = step.dropout_draws,
                     .changes = &step.changes,
                     .rates = rates_of(optimizer_->numbers())};
  const Variable logits = model_.logits({step.x.defined() ? step.x : x_, step.rows}, pass);
  Variable cross_entropy;
  std::tie(cross_entropy, step.probabilities) = softmax_cross_entropy(logits, targets(step));
  const Variable penalty = model_.penalty();
  step.loss = penalty.value().defined() ? add(cross_entropy, penalty) : cross_entropy;
}

void Trainer::whole_step(Step& step) {
  auto& backend = kernels::backend<float>(model_.device());
  backend.begin_step(step.numbers.size(), tables_.numbers.dim(1), tables_.numbers, tables_.next,
                     step.numbers);
  set_loss(step);
  Tensor& rates = optimizer_->numbers();
  backend.judge_step({step.rows.dim(0), step.rows.dim(1), model_.classes(), rates.dim(0)},
                     step.loss.value(), step.probabilities, step.labels, tables_.rates,
                     tables_.next, tables_.outcomes, rates);
  for (const auto& change : step.changes) change();
  step.changes.clear();
  backward(step.loss, step.ones);
  optimizer_->apply();
  if (average_) average_->update(rates_of(rates));
}

Trainer::StepResult Trainer::sharded_step(const MemberBatch& batch, const Rates& rates) {
  const std::int64_t members = model_.members();
  optimizer_->prepare(rates);
  ShardedStep sums(model_.parameters(), std::ssize(batch.rows) / members, shards_);
  for (const auto& shard : sums.here()) {
    const MemberBatch part = part_of(batch, members, shard.part);
    std::vector<DropoutState> draws = members_;
    for (auto& [stream, steps] : draws)
      stream = stream.derive(static_cast<std::uint64_t>(shard.number));
    Step& step = step_on(part);
    set_examples(step, part);
    step.numbers.copy_from(numbers(part, draws).data(), step.numbers.size());
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

/// For so many steps with rows of so many numbers, or more.
void Trainer::make_tables(std::int64_t steps, std::int64_t row) {
  if (tables_.next.defined()) {
    if (steps <= tables_.numbers.dim(0) && row <= tables_.numbers.dim(1)) return;
    steps = std::max(steps, tables_.numbers.dim(0));
    row = std::max(row, tables_.numbers.dim(1));
    forget_steps();
  }
  const Device device = model_.device();
  tables_.all = Tensor::empty({1 + steps * row}, DType::int32, device);
  tables_.next = tables_.all.slice(0, 1);
  tables_.numbers = tables_.all.slice(1, steps * row).reshape({steps, row});
  Shape rates = optimizer_->numbers().shape();
  rates.insert(rates.begin(), steps);
  tables_.rates = Tensor::empty(rates, DType::float32, device);
  tables_.outcomes = Tensor::empty({steps, 2, model_.members()}, DType::float32, device);
}

void Trainer::lay_out(std::vector<MemberBatch> batches, std::vector<Rates> rates) {
  laid_out_ = std::move(batches);
  rates_ = std::move(rates);
  taken_ = 0;
  if (shards_) return;
  const auto steps = std::ssize(laid_out_);
  std::size_t rows = 0;
  for (const auto& batch : laid_out_) rows = std::max(rows, batch.rows.size());
  make_tables(steps, numbers_of(static_cast<std::int64_t>(rows)));
  const auto row = static_cast<std::size_t>(tables_.numbers.dim(1));
  std::vector<std::int32_t> all(1 + laid_out_.size() * row);
  std::vector<float> all_rates;
  auto members = members_;
  for (std::int64_t ahead = 0; ahead < steps; ++ahead) {
    const auto at = static_cast<std::size_t>(ahead);
    std::ranges::copy(numbers(laid_out_[at], members),
                      all.begin() + 1 + ahead * tables_.numbers.dim(1));
    for (const double number : optimizer_->numbers(rates_[at], ahead))
      all_rates.push_back(static_cast<float>(number));
    for (auto& member : members) ++member.steps;
  }
  tables_.all.slice(0, std::ssize(all)).copy_from(all.data(), std::ssize(all));
  tables_.rates.slice(0, steps).copy_from(all_rates.data(), std::ssize(all_rates));
}

void Trainer::take_step() {
  const MemberBatch& batch = laid_out_.at(taken_);
  if (shards_) {
    sharded_ = sharded_step(batch, rates_[taken_]);
  } else {
    Step& step = step_on(batch);
    set_examples(step, batch);
    step.work.run(done_directly_);
    done_directly_ = true;
  }
  ++taken_;
}

std::vector<Trainer::StepResult> Trainer::results() {
  std::vector<StepResult> results;
  if (shards_ && taken_ > 0) {
    results.push_back(std::move(sharded_));
  } else if (taken_ > 0) {
    const auto outcomes = tables_.outcomes.slice(0, taken_steps()).to_vector<float>();
    const auto members = static_cast<std::ptrdiff_t>(members_.size());
    for (auto loss = outcomes.begin(); loss < outcomes.end(); loss += 2 * members) {
      results.push_back({{loss, loss + members}, {loss + members, loss + 2 * members}, true});
      results.back().finite = all_finite(results.back().loss);
      if (!results.back().finite) break;
    }
  }
  for (const auto& result : results)
    if (result.finite) {
      optimizer_->count_step();
      for (auto& member : members_) ++member.steps;
    }
  laid_out_.clear();
  taken_ = 0;
  return results;
}

Trainer::StepResult Trainer::step(const std::vector<std::int32_t>& rows, const Rates& rates) {
  return step(MemberBatch{rows, labels_of(labels_, rows), {}, {}}, rates);
}

Trainer::StepResult Trainer::step(const MemberBatch& batch, const Rates& rates) {
  lay_out({batch}, {rates});
  take_step();
  return results()[0];
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

/// Their graphs are kept, for steps on as many examples of other members.
void Trainer::forget_steps() {
  for (auto& [size, step] : steps_) {
    step = Step{.work = std::move(step.work)};
    step.work.renew();
  }
  tables_ = {};
}

void Trainer::select_members(const std::vector<std::int64_t>& members) {
  forget_steps();
  model_.select_members(members);
  optimizer_->select_members(model_.parameters(), members);
  if (average_) average_->select_members(model_.parameters(), members);
  std::vector<DropoutState> kept;
  for (const auto m : members) kept.push_back(members_.at(static_cast<std::size_t>(m)));
  members_ = std::move(kept);
}

void Trainer::append_members(const Trainer& other) {
  forget_steps();
  model_.append_members(other.model_);
  optimizer_->append_members(model_.parameters(), *other.optimizer_);
  if (average_) average_->append_members(model_.parameters(), other.average_.value());
  members_.insert(members_.end(), other.members_.begin(), other.members_.end());
}

}  // namespace tutti
