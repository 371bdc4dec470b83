#include "models/trainer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "engine/adam.h"
#include "models/metrics.h"

namespace tutti {
namespace {

constexpr std::int64_t prediction_batch = 32;

/// Sums over an epoch of one member.
struct Total {
  double loss = 0;
  std::int64_t correct = 0, examples = 0;

  double mean_loss() const { return loss / static_cast<double>(examples); }
  double accuracy() const { return static_cast<double>(correct) / static_cast<double>(examples); }
};

std::int64_t argmax(const float* values, std::int64_t count) {
  return std::max_element(values, values + count) - values;
}

[[noreturn]] void diverged(const char* what, std::int64_t member, int epoch, std::int64_t step,
                           double learning_rate) {
  throw Error("training diverged: the ", what, " of member ", member, " is not finite at epoch ",
              epoch, ", step ", step, " (learning rate ", learning_rate,
              "); a smaller one may help");
}

/// Training steps of a model.
class Step {
 public:
  Step(Sequential& model, Adam& adam, const Examples& training, Tensor dropout_keys)
      : model_(model), adam_(adam), training_(training), keys_(std::move(dropout_keys)) {}

  /// A step on rows [M, B]; adds its losses and hits to the members' totals. If a member's loss is
  /// not finite, nothing is changed and that member returned.
  std::optional<std::int64_t> run(const std::vector<std::int32_t>& rows,
                                  std::vector<Total>& totals) {
    const auto members = static_cast<std::int64_t>(totals.size());
    const std::int64_t batch = static_cast<std::int64_t>(rows.size()) / members;
    std::vector<std::int32_t> labels;
    for (const auto row : rows) labels.push_back(training_.labels[static_cast<std::size_t>(row)]);

    const Pass pass{.training = true, .step = number_++, .dropout_keys = keys_};
    const Variable logits =
        model_.logits({training_.x, Tensor::from({members, batch}, rows, model_.device())}, pass);
    const auto [cross_entropy, probabilities] =
        softmax_cross_entropy(logits, Tensor::from({members, batch}, labels, model_.device()));
    const Variable penalty = model_.penalty();
    const Variable loss = penalty.value().defined() ? add(cross_entropy, penalty) : cross_entropy;

    const auto losses = loss.value().to_vector<float>();
    for (std::size_t m = 0; m < losses.size(); ++m)
      if (!std::isfinite(losses[m])) return static_cast<std::int64_t>(m);
    const auto p = probabilities.to_vector<float>();
    for (std::int64_t m = 0; m < members; ++m) {
      Total& total = totals[static_cast<std::size_t>(m)];
      total.loss += losses[static_cast<std::size_t>(m)] * static_cast<double>(batch);
      total.examples += batch;
      for (std::int64_t r = m * batch; r < (m + 1) * batch; ++r)
        total.correct += argmax(&p[static_cast<std::size_t>(r * model_.classes())],
                                model_.classes()) == labels[static_cast<std::size_t>(r)];
    }
    backward(loss);
    adam_.step();
    return std::nullopt;
  }

 private:
  Sequential& model_;
  Adam& adam_;
  const Examples& training_;
  Tensor keys_;
  std::int64_t number_ = 0;
};

/// Sets the validation loss (with the L2 terms) and accuracy of every member.
void validate(const Sequential& model, const Examples& validation,
              std::vector<EpochResult>& results) {
  const auto all = predict_probabilities(model, validation.x, validation.rows).to_vector<float>();
  const Variable penalty = model.penalty();
  const auto l2_terms = penalty.value().defined() ? penalty.value().to_vector<float>()
                                                  : std::vector<float>(results.size());
  const std::vector<std::string> classes(static_cast<std::size_t>(model.classes()));
  const auto each = static_cast<std::ptrdiff_t>(all.size() / results.size());
  for (std::size_t m = 0; m < results.size(); ++m) {
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(m) * each;
    const Metrics metrics = measure({first, first + each}, validation.row_labels(), classes);
    results[m].val_loss = metrics.loss + l2_terms[m];
    results[m].val_accuracy = metrics.accuracy;
  }
}

/// The members' rows of one batch, member after member.
std::vector<std::int32_t> batch_rows(const std::vector<std::vector<std::int32_t>>& orders,
                                     std::int64_t begin, std::int64_t end) {
  std::vector<std::int32_t> rows;
  for (const auto& order : orders)
    rows.insert(rows.end(), order.begin() + begin, order.begin() + end);
  return rows;
}

}  // namespace

std::vector<RandomStream> member_streams(std::uint64_t seed, std::int64_t count,
                                         std::int64_t first) {
  std::vector<RandomStream> members;
  for (std::int64_t m = first; m < first + count; ++m)
    members.push_back(RandomStream(seed).derive(static_cast<std::uint64_t>(m)));
  return members;
}

std::vector<RandomStream> streams_for(Purpose purpose, const std::vector<RandomStream>& members) {
  std::vector<RandomStream> streams;
  for (const auto& member : members)
    streams.push_back(member.derive(static_cast<std::uint64_t>(purpose)));
  return streams;
}

History train(Sequential& model, const std::vector<RandomStream>& members, const Examples& training,
              const std::vector<std::vector<std::int32_t>>& samples, const Examples& validation,
              const TrainOptions& options) {
  const auto size = static_cast<std::int64_t>(samples.at(0).size());
  if (options.batch_size < 1 || options.batch_size > size)
    throw Error("a batch of ", options.batch_size, " cannot be drawn from ", size,
                " training examples; choose 1 to ", size);
  const std::int64_t steps = (size + options.batch_size - 1) / options.batch_size;
  const auto orders = streams_for(Purpose::order, members);
  Adam adam(model.parameters(), {.learning_rate = options.learning_rate});
  Step step(model, adam, training, keys_of(streams_for(Purpose::dropout, members), model.device()));

  History history;
  for (int epoch = 1; epoch <= options.epochs; ++epoch) {
    auto shuffled = samples;
    for (std::size_t m = 0; m < shuffled.size(); ++m)
      orders[m].derive(static_cast<std::uint64_t>(epoch)).shuffle(shuffled[m]);
    std::vector<Total> totals(samples.size());
    for (std::int64_t s = 0; s < steps; ++s) {
      if (options.stop && *options.stop) return history;
      const auto rows = batch_rows(shuffled, s * options.batch_size,
                                   std::min(size, (s + 1) * options.batch_size));
      if (const auto member = step.run(rows, totals))
        diverged("loss", *member, epoch, s + 1, options.learning_rate);
      if (options.on_step) options.on_step(epoch, s + 1, steps);
    }

    std::vector<EpochResult> results;
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    for (const auto& total : totals)
      results.push_back({total.mean_loss(), total.accuracy(), none, none});
    if (validation.size()) {
      validate(model, validation, results);
      for (std::size_t m = 0; m < results.size(); ++m)
        if (!std::isfinite(results[m].val_loss))
          diverged("validation loss", static_cast<std::int64_t>(m), epoch, steps,
                   options.learning_rate);
    }
    history.push_back(std::move(results));
    if (options.on_epoch) options.on_epoch(epoch, history.back());
  }
  return history;
}

Tensor predict_probabilities(const Sequential& model, const Tensor& x,
                             const std::vector<std::int32_t>& rows) {
  const std::int64_t members = model.members(), classes = model.classes();
  const auto n = static_cast<std::int64_t>(rows.size());
  std::vector<float> all(static_cast<std::size_t>(members * n * classes));
  for (std::int64_t begin = 0; begin < n; begin += prediction_batch) {
    const std::int64_t count = std::min(prediction_batch, n - begin);
    std::vector<std::int32_t> picked;
    for (std::int64_t m = 0; m < members; ++m)
      picked.insert(picked.end(), rows.begin() + begin, rows.begin() + begin + count);
    const Batch batch{x, Tensor::from({members, count}, picked, model.device())};
    const auto p = softmax(model.logits(batch, Pass{}).value()).to_vector<float>();
    for (std::int64_t m = 0; m < members; ++m)
      std::copy_n(p.begin() + m * count * classes, count * classes,
                  all.begin() + (m * n + begin) * classes);
  }
  return Tensor::from({members, n, classes}, all);
}

}  // namespace tutti
