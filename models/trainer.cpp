#include "models/trainer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/members.h"
#include "models/metrics.h"
#include "models/prediction.h"

namespace tutti {
namespace {

/// The first member whose value is not finite; the count if there is none.
template <class Values>
std::size_t first_not_finite(const Values& values) {
  std::size_t member = 0;
  while (member < values.size() && std::isfinite(values[member])) ++member;
  return member;
}

[[noreturn]] void diverged(const char* what, std::size_t member, int epoch, std::int64_t step,
                           double learning_rate) {
  throw Diverged("training diverged: the ", what, " of member ", member, " is not finite at epoch ",
                 epoch, ", step ", step, " (learning rate ", learning_rate,
                 "); a smaller one may help");
}

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

/// Every member's rows in the order of an epoch.
MemberRows shuffled(MemberRows rows, const std::vector<RandomStream>& orders, int epoch) {
  for (std::size_t m = 0; m < rows.size(); ++m)
    orders[m].derive(static_cast<std::uint64_t>(epoch)).shuffle(rows[m]);
  return rows;
}

/// The members' rows of one batch, member after member.
std::vector<std::int32_t> batch_rows(const MemberRows& orders, std::int64_t begin,
                                     std::int64_t end) {
  std::vector<std::int32_t> rows;
  for (const auto& order : orders)
    rows.insert(rows.end(), order.begin() + begin, order.begin() + end);
  return rows;
}

/// Sets the validation loss (with the L2 terms) and accuracy of every member.
void validate(const Sequential& model, const MemberExamples& validation,
              std::vector<EpochResult>& results) {
  const auto all = predict_probabilities(model, validation.x, validation.rows).to_vector<float>();
  const Variable penalty = model.penalty();
  const auto l2_terms = penalty.value().defined() ? penalty.value().to_vector<float>()
                                                  : std::vector<float>(results.size());
  const std::vector<std::string> classes(static_cast<std::size_t>(model.classes()));
  const auto each = static_cast<std::ptrdiff_t>(all.size() / results.size());
  for (std::size_t m = 0; m < results.size(); ++m) {
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(m) * each;
    const auto labels = labels_of(validation.labels, validation.rows[m]);
    const Metrics metrics = measure({first, first + each}, labels, classes);
    results[m].val_loss = metrics.loss + l2_terms[m];
    results[m].val_accuracy = metrics.accuracy;
  }
}

/// Loss and accuracy of an epoch, the steps' results weighted by their batches.
class EpochMeans {
 public:
  explicit EpochMeans(std::size_t members) : loss_(members), correct_(members) {}

  void add(const Trainer::StepResult& step, std::int64_t batch) {
    for (std::size_t m = 0; m < loss_.size(); ++m) {
      loss_[m] += step.loss[m] * static_cast<double>(batch);
      correct_[m] += step.correct[m];
    }
    examples_ += batch;
  }

  std::vector<EpochResult> results() const {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    std::vector<EpochResult> results;
    const auto n = static_cast<double>(examples_);
    for (std::size_t m = 0; m < loss_.size(); ++m)
      results.push_back({loss_[m] / n, static_cast<double>(correct_[m]) / n, none, none});
    return results;
  }

 private:
  std::vector<double> loss_;
  std::vector<std::int64_t> correct_;
  std::int64_t examples_ = 0;
};

}  // namespace

Trainer::Trainer(Sequential& model, const std::vector<RandomStream>& members, double learning_rate)
    : model_(model),
      adam_(model.parameters(), {.learning_rate = learning_rate}),
      dropout_keys_(keys_of(streams_for(Purpose::dropout, members), model.device())) {}

Trainer::StepResult Trainer::step(const Tensor& x, const std::vector<std::int32_t>& all_labels,
                                  const std::vector<std::int32_t>& rows) {
  const std::int64_t members = model_.members();
  const Shape shape{members, static_cast<std::int64_t>(rows.size()) / members};
  const auto labels = labels_of(all_labels, rows);

  const Pass pass{.training = true, .step = steps_++, .dropout_keys = dropout_keys_};
  const Variable logits = model_.logits({x, Tensor::from(shape, rows, model_.device())}, pass);
  const auto [cross_entropy, probabilities] =
      softmax_cross_entropy(logits, Tensor::from(shape, labels, model_.device()));
  const Variable penalty = model_.penalty();
  const Variable loss = penalty.value().defined() ? add(cross_entropy, penalty) : cross_entropy;

  StepResult result{loss.value().to_vector<float>(), hits(probabilities, labels), false};
  result.finite = first_not_finite(result.loss) == result.loss.size();
  if (!result.finite) return result;
  backward(loss);
  adam_.step();
  return result;
}

History train(Sequential& model, const std::vector<RandomStream>& members,
              const MemberExamples& training, const MemberExamples& validation,
              const TrainOptions& options) {
  const std::int64_t size = training.size();
  if (options.batch_size < 1 || options.batch_size > size)
    throw Error("a batch of ", options.batch_size, " cannot be drawn from ", size,
                " training examples; choose 1 to ", size);
  const std::int64_t steps = (size + options.batch_size - 1) / options.batch_size;
  const auto orders = streams_for(Purpose::order, members);
  Trainer trainer(model, members, options.learning_rate);
  if (!options.learning_rates.empty()) trainer.set_rates(options.learning_rates);
  const Tensor x = training.x.to(model.device());
  MemberExamples to_validate = validation;
  to_validate.x =
      validation.x.shares_elements_with(training.x) ? x : validation.x.to(model.device());

  History history;
  for (int epoch = 1; epoch <= options.epochs; ++epoch) {
    const auto order = shuffled(training.rows, orders, epoch);
    EpochMeans means(members.size());
    for (std::int64_t step = 1; step <= steps; ++step) {
      if (options.stop && *options.stop) return history;
      const std::int64_t begin = (step - 1) * options.batch_size;
      const std::int64_t end = std::min(size, begin + options.batch_size);
      const auto result = trainer.step(x, training.labels, batch_rows(order, begin, end));
      if (!result.finite)
        diverged("loss", first_not_finite(result.loss), epoch, step, options.learning_rate);
      means.add(result, end - begin);
      if (options.on_step) options.on_step(epoch, step, steps);
    }

    auto results = means.results();
    if (validation.size()) {
      validate(model, to_validate, results);
      std::vector<double> losses;
      for (const auto& member : results) losses.push_back(member.val_loss);
      if (const std::size_t member = first_not_finite(losses); member < losses.size())
        diverged("validation loss", member, epoch, steps, options.learning_rate);
    }
    history.push_back(std::move(results));
    if (options.on_epoch) options.on_epoch(epoch, history.back());
  }
  return history;
}

}  // namespace tutti
