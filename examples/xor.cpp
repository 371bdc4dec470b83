// Five small networks learn "exclusive or", side by side.
#include <tutti.h>

#include <iostream>

using namespace tutti;

int main() {
  Sequential model(Shape{2}, Dense({.units = 16, .activation = Activation::relu}),
                   Dense({.units = 2, .activation = Activation::softmax}));
  const auto members = member_streams(54, 5);
  model.build(streams_for(Purpose::initialization, members), Device::cpu);

  const Tensor x = Tensor::from<float>({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1});
  const MemberExamples examples{x, {0, 1, 1, 0}, MemberRows(5, {0, 1, 2, 3})};
  const TrainOptions options{.epochs = 200, .batch_size = 4, .learning_rate = 0.05};
  const TrainResult result = train(model, {members, examples, {}}, options);

  bool learned = true;
  for (const auto& [loss, accuracy, val_loss, val_accuracy] : result.history.back()) {
    std::cout << "loss " << loss << ", accuracy " << accuracy << '\n';
    learned = learned && accuracy == 1;
  }
  return learned ? 0 : 1;
}
