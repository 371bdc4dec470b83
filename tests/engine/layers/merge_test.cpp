#include "engine/layers/merge.h"

#include "tests/support/catch.h"

using namespace tutti;

namespace {

using Values = std::vector<float>;

Variable input(const Values& values) {  // two members, one example each, two numbers
  return Variable(Tensor::from<float>({2, 1, 2}, values, Device::reference), true);
}

template <class Layer>
Values merged(const std::vector<Variable>& inputs) {
  return Layer().forward(inputs, Context{}).value().template to_vector<float>();
}

}  // namespace

TEST_CASE("Merges are of every element of all inputs") {
  const std::vector<Variable> three{input({1, 8, -3, 2}), input({4, 2, -6, 2}),
                                    input({-2, 2, 0, 5})};
  CHECK(merged<Add>(three) == Values{3, 12, -9, 9});
  CHECK(merged<Multiply>(three) == Values{-8, 32, 0, 20});
  CHECK(merged<Average>(three) == Values{1, 4, -3, 3});
  CHECK(merged<Maximum>(three) == Values{4, 8, 0, 5});
}

TEST_CASE("The gradient of a maximum is that of the input it came from") {
  const auto a = input({1, 8, -3, 2}), b = input({4, 2, -6, 3});
  backward(Maximum().forward({a, b}, Context{}),
           Tensor::from<float>({2, 1, 2}, {1, 2, 3, 4}, Device::reference));
  CHECK(a.grad().to_vector<float>() == Values{0, 2, 3, 0});
  CHECK(b.grad().to_vector<float>() == Values{1, 0, 0, 4});
}

TEST_CASE("A merge takes two inputs or more, of one shape") {
  Initializer initializer(1, DType::float32, Device::reference);
  const std::vector<Shape> differing{{2, 3}, {3, 2}};
  CHECK(Average().build({{2, 3}, {2, 3}, {2, 3}}, initializer) == Shape{2, 3});
  CHECK_THROWS_WITH(Average().build({{2, 3}}, initializer),
                    Contains("Average: takes two inputs or more, not 1"));
  CHECK_THROWS_WITH(Maximum().build(differing, initializer),
                    Contains("Maximum: takes inputs of one shape"));
  CHECK(Concatenate(0).build({{2, 3}, {4, 3}}, initializer) == Shape{6, 3});
  CHECK_THROWS_WITH(Concatenate().build({{2, 3}, {4, 3}}, initializer),
                    Contains("differ beside axis -1"));
}
