// An operation of one's own, its gradient, and a layer that uses it: the square of relu (So and
// others: Primer, NeurIPS 2021).
#include <tutti.h>

#include <cmath>
#include <iostream>

using namespace tutti;

Variable squared_relu(const Variable& x) {
  const Variable rectified(activation({ActivationFunction::Kind::relu}, x).value());
  const Tensor y = multiply(rectified, rectified).value();
  // dy/dx = 2 relu(x); backward() calls this once, with the gradient of what follows.
  return Variable::result(y, {x}, [rectified](const Tensor& dy) -> Gradients {
    return {rescale(multiply(Variable(dy), rectified), 2, 0).value()};
  });
}

class SquaredRelu : public Layer {
 public:
  Shape build(const Shape& input, Initializer&) override { return input; }
  Variable forward(const Variable& x, const Context&) const override { return squared_relu(x); }
};

int main() {
  Model net = Sequential(Dense({.units = 8}), SquaredRelu(), Dense({.units = 1}));
  net.build({3}, {.members = 2});
  const Variable x(Tensor::from<float>({2, 1, 3}, {1, -2, 3, 0.5, 1, -1}), true);
  backward(net(x));

  // The gradient of the first number is that of finite differences.
  const auto sum = [&](float first) {
    auto values = x.value().to_vector<float>();
    values[0] = first;
    return net(Variable(Tensor::from({2, 1, 3}, values))).value().to_vector<float>()[0];
  };
  const float gradient = x.grad().to_vector<float>()[0],
              by_differences = (sum(1.01f) - sum(0.99f)) / 0.02f;
  std::cout << "gradient " << gradient << ", by differences " << by_differences << '\n';
  return std::abs(gradient - by_differences) < 1e-2f * (1 + std::abs(gradient)) ? 0 : 1;
}
