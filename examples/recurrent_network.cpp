// A GRU learns to say whether the louder half of a sequence is its second, by the training loop of
// the program: validation, early stopping, a schedule.
#include <tutti.h>

#include <iostream>

using namespace tutti;

int main() {
  const std::int64_t songs = 240, steps = 20;
  RandomStream random(7);
  std::vector<float> values;
  std::vector<std::int32_t> labels, training, validation;
  for (std::int32_t song = 0; song < songs; ++song) {
    labels.push_back(static_cast<std::int32_t>(random.below(2)));
    for (std::int64_t t = 0; t < steps; ++t)
      values.push_back(static_cast<float>(random.normal() *
                                          ((t >= steps / 2) == (labels.back() == 1) ? 1.5 : 0.5)));
    (song % 4 ? training : validation).push_back(song);
  }
  const Tensor x = Tensor::from({songs, steps, 1}, values);

  Model net =
      Sequential(GRU({.units = 16}), Dense({.units = 2, .activation = Activation::softmax}));
  net.build({steps, 1}, {.members = 3});
  const TrainData data{member_streams(1, 3),
                       {x, labels, MemberRows(3, training)},
                       {x, labels, MemberRows(3, validation)}};
  const TrainResult result = train(net, data,
                                   {.epochs = 60,
                                    .learning_rate = OneCycle(2e-2, 60 * 6),
                                    .early_stopping = EarlyStopping{.patience = 15}});

  bool learned = true;
  for (const auto& member : result.history.back()) {
    std::cout << "validation accuracy " << member.val_accuracy << '\n';
    learned = learned && member.val_accuracy > 0.8;
  }
  return learned ? 0 : 1;
}
