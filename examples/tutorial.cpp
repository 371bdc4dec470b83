// The program of docs/tutorial.md: from a tensor to a trained network.
#include <tutti.h>

#include <cmath>
#include <iostream>

using namespace tutti;

void tensors() {
  Tensor a = Tensor::from<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  std::cout << a.shape() << " on " << name(a.device()) << '\n';  // [2, 3] on cpu

  Tensor second = a.slice(1, 1);  // the second row; it shares its elements
  second.data<float>()[0] = 40;
  std::cout << a.to_vector<float>()[3] << '\n';  // 40
}

void gradients() {
  const Variable x(Tensor::from<float>({1, 3}, {1, 2, 3}), true);  // [members, …]
  const Variable y = sum(multiply(x, x), 1);                       // [members]
  backward(y);
  for (const float dx : x.grad().to_vector<float>()) std::cout << dx << ' ';  // 2 4 6
  std::cout << '\n';
}

/// A learned factor for each channel.
class Gain : public Layer {
 public:
  Shape build(const Shape& input, Initializer& initializer) override {
    parameters_ = {initializer.values("gain", {input.back()}, [](std::int64_t) { return 1.0; })};
    return input;
  }
  Variable forward(const Variable& x, const Context&) const override {
    return multiply(x, parameter(0));
  }
};

void layers() {
  Model net =
      Sequential(Dense({.units = 8, .activation = Activation::relu}), Gain(), Dense({.units = 2}));
  net.build({3}, {.members = 5, .seed = 1});
  std::cout << net.output_shape() << ", " << net.parameters().size() << " parameters\n";

  const Variable x(Tensor::from<float>({5, 1, 3}, std::vector<float>(15, 1)));
  std::cout << net(x).shape() << '\n';  // [5, 1, 2]: members, batch, outputs
}

/// Tones in noise: of every other one the pitch rises.
Examples tones(std::int64_t count, std::uint64_t seed) {
  const std::int64_t steps = 128;
  RandomStream random(seed);
  std::vector<float> values;
  std::vector<std::int32_t> rises;
  for (std::int32_t n = 0; n < count; ++n) {
    rises.push_back(n % 2);
    const double first = random.uniform(0.3, 0.6), change = rises.back() ? 0.001 : -0.001;
    for (std::int64_t t = 0; t < steps; ++t)
      values.push_back(static_cast<float>(
          std::sin((first + change * static_cast<double>(t)) * static_cast<double>(t)) +
          1.5 * random.normal()));
  }
  return {Tensor::from({count, steps, 1}, values), Tensor::from({count}, rises)};
}

/// Keras' Conv1D.
Conv2D conv1d(std::int64_t filters, std::int64_t width) {
  return Conv2D({.filters = filters,
                 .kernel_height = width,
                 .kernel_width = 1,
                 .padding = Padding::same,
                 .activation = Activation::relu,
                 .dimensions = 1});
}

Model tone_network() {
  return Sequential(conv1d(16, 9), BatchNormalization(), conv1d(16, 9), Dropout(0.2),
                    LSTM({.units = 16}), Dense({.units = 2}));
}

void train_by_hand(Model& net, const Examples& examples) {
  const int epochs = 8;
  DataLoader loader(examples, {.batch = 32, .members = net.members()});
  AdamW optimizer(net.parameters(), {.weight_decay = 1e-3, .clip_norm = 1});
  const CosineDecay rate(1e-2, epochs * loader.size(), {.warmup = 10});

  std::int64_t step = 0;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    Variable loss;
    for (auto [x, y] : loader) {  // x [members, batch, 128, 1], y [members, batch]
      loss = cross_entropy(net(x), y);
      backward(loss);
      optimizer.step(rate(step++));
    }
    std::cout << "epoch " << epoch + 1 << ", loss of each member:";
    for (const float one : loss.value().to_vector<float>()) std::cout << ' ' << one;
    std::cout << '\n';
  }
}

/// Of the mean of the members' probabilities.
double accuracy_of_vote(const Model& net, const Examples& examples) {
  const Tensor probabilities = softmax(predict_outputs(net, examples.x));  // [members, n, 2]
  const Score vote = score(mean_probabilities(probabilities), examples.row_labels());
  return static_cast<double>(vote.correct) / static_cast<double>(examples.size());
}

int main() try {
  tensors();
  gradients();
  layers();

  Model net = tone_network();
  net.build({128, 1}, {.members = 3, .seed = 1});
  train_by_hand(net, tones(512, 1));
  const double accuracy = accuracy_of_vote(net, tones(256, 2));
  std::cout << "accuracy of the vote " << accuracy << '\n';

  save(net, "tones.keras");  // a file for each member: tones_0.keras, tones_1.keras, …
  const Model again = load_model("tones_0.keras");
  std::cout << again.parameters().size() << " parameters in tones_0.keras\n";
  return accuracy > 0.8 ? 0 : 1;
} catch (const std::exception& problem) {
  std::cerr << "tutorial: " << problem.what() << '\n';
  return 1;
}
