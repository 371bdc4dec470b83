// Five residual networks learn genres from spectrograms, side by side:
//   residual_cnn GENRES_DIR EPOCHS
#include <tutti.h>

#include <iostream>
#include <string>

using namespace tutti;

Conv2D conv(std::int64_t filters, std::int64_t stride = 1) {
  Conv2D::Options options{.filters = filters, .kernel_height = 3, .kernel_width = 3};
  options.stride_height = options.stride_width = stride;
  options.padding = Padding::same;
  return Conv2D(options);
}
Model block(std::int64_t filters) {
  return Residual(conv(filters), BatchNormalization(), Relu(), conv(filters), BatchNormalization());
}

int main(int argc, char** argv) try {
  if (argc != 3) throw Error("usage: residual_cnn GENRES_DIR EPOCHS");
  const SpectrogramTree tree = load_spectrogram_tree(argv[1]);
  const int epochs = std::stoi(argv[2]);
  const Examples songs(tree.pictures.pixels, Tensor::from({std::ssize(tree.labels)}, tree.labels));

  Model net =
      Sequential(Rescaling(1 / 255.0), conv(8, 5), Relu(), MaxPooling2D({4, 2, 4, 2}), block(8),
                 Relu(), GlobalAveragePooling2D(), Dense({.units = std::ssize(tree.genres)}));
  net.build({2900, 127, 1}, {.members = 5, .seed = 1});
  AdamW optimizer(net.parameters(), {.weight_decay = 1e-3});
  DataLoader loader(songs, {.batch = 8, .members = 5});
  const CosineDecay rate(1e-2, epochs * loader.size());

  std::int64_t step = 0;
  for (int epoch = 0; epoch < epochs; ++epoch)
    for (auto [x, y] : loader) {
      const Variable loss = cross_entropy(net(x), y);
      backward(loss);
      optimizer.step(rate(step++));
      if (step % loader.size() == 0)
        std::cout << "epoch " << epoch + 1 << ", loss of member 0 "
                  << loss.value().to_vector<float>()[0] << '\n';
    }
  save(net, "residual_cnn.h5");
} catch (const std::exception& problem) {
  std::cerr << "residual_cnn: " << problem.what() << '\n';
  return 1;
}
