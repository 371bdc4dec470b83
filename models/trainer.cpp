#include "models/trainer.h"

#include <algorithm>
#include <cmath>

#include "models/examples.h"
#include "models/members.h"

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

Trainer::Trainer(Sequential& model, const std::vector<RandomStream>& members, double learning_rate)
    : model_(model),
      adam_(model.parameters(), {.learning_rate = learning_rate}),
      dropout_keys_(keys_of(streams_for(Purpose::dropout, members), model.device())) {}

Trainer::StepResult Trainer::step(const Tensor& x, const std::vector<std::int32_t>& all_labels,
                                  const std::vector<std::int32_t>& rows) {
  const std::int64_t members = model_.members();
  const Shape shape{members, static_cast<std::int64_t>(rows.size()) / members};
  const auto labels = labels_of(all_labels, rows);

  const Pass pass{.training = true, .step = steps_, .dropout_keys = dropout_keys_};
  const Variable logits = model_.logits({x, Tensor::from(shape, rows, model_.device())}, pass);
  const auto [cross_entropy, probabilities] =
      softmax_cross_entropy(logits, Tensor::from(shape, labels, model_.device()));
  const Variable penalty = model_.penalty();
  const Variable loss = penalty.value().defined() ? add(cross_entropy, penalty) : cross_entropy;

  StepResult result{loss.value().to_vector<float>(), hits(probabilities, labels), false};
  result.finite =
      std::all_of(result.loss.begin(), result.loss.end(), [](float l) { return std::isfinite(l); });
  if (!result.finite) return result;
  backward(loss);
  adam_.step();
  ++steps_;
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

void Trainer::keep(const std::vector<std::int64_t>& members) {
  model_.keep(members);
  adam_.keep(model_.parameters(), members);
  dropout_keys_ = dropout_keys_.rows(members);
}

void Trainer::append(const Trainer& other) {
  model_.append(other.model_);
  adam_.append(model_.parameters(), other.adam_);
  dropout_keys_ = Tensor::joined({dropout_keys_, other.dropout_keys_});
}

}  // namespace tutti
