#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "kernels/backend.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"

// Every case of tests/golden/operations.json: PyTorch's numbers for one member.
namespace tutti::kernels {
namespace {

using Json = nlohmann::json;

/// Where the case's member stands among how many; the others hold the same values backwards.
struct Seat {
  std::int64_t member, members;
};

template <class Real>
class Case {
 public:
  Case(const Json& json, Seat seat, double tolerance)
      : json_(json), seat_(seat), tolerance_(tolerance) {}

  std::int64_t members() const { return seat_.members; }
  std::int64_t size(const char* name) const { return json_["shape"][name]; }
  double scalar(const char* name) const { return json_["inputs"][name][0]; }

  /// Empty where the case has none of this name.
  template <class T>
  std::vector<T> shared_input(const char* name) const {
    if (!json_["inputs"].contains(name)) return {};
    return json_["inputs"][name].get<std::vector<T>>();
  }

  template <class T = Real>
  std::vector<T> input(const char* name) const {
    const auto own = shared_input<T>(name);
    std::vector<T> all;
    for (std::int64_t m = 0; m < seat_.members; ++m) {
      if (m == seat_.member)
        all.insert(all.end(), own.begin(), own.end());
      else
        all.insert(all.end(), own.rbegin(), own.rend());
    }
    return all;
  }

  /// Not a number anywhere, so that what an operation fails to write shows.
  std::vector<Real> output(const char* name) const {
    return std::vector<Real>(json_["outputs"][name].size() * seat_.members,
                             std::numeric_limits<Real>::quiet_NaN());
  }

  void check(const char* name, const std::vector<Real>& computed) const {
    const auto expected = json_["outputs"][name].get<std::vector<double>>();
    double largest = 0;
    for (const double value : expected) largest = std::max(largest, std::abs(value));
    const Real* own = computed.data() + seat_.member * expected.size();
    std::size_t i = 0;
    while (i < expected.size() && std::abs(own[i] - expected[i]) <= tolerance_ * largest) ++i;
    INFO(name << "[" << i << "], member " << seat_.member << " of " << seat_.members);
    if (i < expected.size()) CHECK(own[i] == Approx(expected[i]).epsilon(tolerance_));
    CHECK(i == expected.size());
  }

 private:
  const Json& json_;
  Seat seat_;
  double tolerance_;
};

template <class Real>
Conv2dShape conv2d_shape(const Case<Real>& c) {
  return {.members = c.members(),
          .batch = c.size("batch"),
          .height = c.size("height"),
          .width = c.size("width"),
          .channels = c.size("channels"),
          .kernel_height = c.size("kernel_height"),
          .kernel_width = c.size("kernel_width"),
          .filters = c.size("filters"),
          .stride_height = c.size("stride_height"),
          .stride_width = c.size("stride_width"),
          .pad_top = c.size("pad_top"),
          .pad_left = c.size("pad_left"),
          .out_height = c.size("out_height"),
          .out_width = c.size("out_width")};
}

template <class Real>
void conv2d(const Case<Real>& c, Backend<Real>& backend) {
  const Conv2dShape s = conv2d_shape(c);
  const auto x = c.input("x"), w = c.input("w"), b = c.input("b"), dy = c.input("dy");
  auto y = c.output("y"), dx = c.output("dx"), dw = c.output("dw"), db = c.output("db");
  backend.conv2d(s, x.data(), w.data(), b.data(), y.data());
  backend.conv2d_backward_input(s, w.data(), dy.data(), dx.data());
  backend.conv2d_backward_filter(s, x.data(), dy.data(), dw.data());
  backend.bias_backward(s.members, s.batch * s.out_height * s.out_width, s.filters, dy.data(),
                        db.data());
  c.check("y", y);
  c.check("dx", dx);
  c.check("dw", dw);
  c.check("db", db);
}

template <class Real>
void conv2d_gathered(const Case<Real>& c, Backend<Real>& backend) {
  const Conv2dShape s = conv2d_shape(c);
  const auto data = c.template shared_input<std::uint8_t>("data");
  const auto rows = c.template input<std::int32_t>("rows");
  const GatheredBytes<Real> x{data.data(), rows.data(), static_cast<Real>(c.scalar("scale")),
                              static_cast<Real>(c.scalar("offset"))};
  const auto w = c.input("w"), b = c.input("b"), dy = c.input("dy");
  auto y = c.output("y"), dw = c.output("dw");
  backend.conv2d_gathered(s, x, w.data(), b.data(), y.data());
  backend.conv2d_gathered_backward_filter(s, x, dy.data(), dw.data());
  c.check("y", y);
  c.check("dw", dw);
}

template <class Real>
void max_pool2d(const Case<Real>& c, Backend<Real>& backend) {
  const Pool2dShape s{.members = c.members(),
                      .batch = c.size("batch"),
                      .height = c.size("height"),
                      .width = c.size("width"),
                      .channels = c.size("channels"),
                      .pool_height = c.size("pool_height"),
                      .pool_width = c.size("pool_width"),
                      .stride_height = c.size("stride_height"),
                      .stride_width = c.size("stride_width"),
                      .pad_top = c.size("pad_top"),
                      .pad_left = c.size("pad_left"),
                      .out_height = c.size("out_height"),
                      .out_width = c.size("out_width")};
  const auto x = c.input("x"), dy = c.input("dy");
  auto y = c.output("y"), dx = c.output("dx");
  backend.max_pool2d(s, x.data(), y.data());
  backend.max_pool2d_backward(s, x.data(), dy.data(), dx.data());
  c.check("y", y);
  c.check("dx", dx);
}

template <class Real>
void dense(const Case<Real>& c, Backend<Real>& backend) {
  const DenseShape s{c.members(), c.size("batch"), c.size("inputs"), c.size("outputs")};
  const auto x = c.input("x"), w = c.input("w"), b = c.input("b"), dy = c.input("dy");
  auto y = c.output("y"), dx = c.output("dx"), dw = c.output("dw"), db = c.output("db");
  backend.dense(s, x.data(), w.data(), b.data(), y.data());
  backend.dense_backward_input(s, w.data(), dy.data(), dx.data());
  backend.dense_backward_weights(s, x.data(), dy.data(), dw.data());
  backend.bias_backward(s.members, s.batch, s.outputs, dy.data(), db.data());
  c.check("y", y);
  c.check("dx", dx);
  c.check("dw", dw);
  c.check("db", db);
}

template <class Real>
void relu(const Case<Real>& c, Backend<Real>& backend) {
  const std::int64_t size = c.members() * c.size("size");
  const auto x = c.input("x"), dy = c.input("dy");
  auto y = c.output("y"), dx = c.output("dx");
  backend.activation({ActivationFunction::Kind::relu}, size, x.data(), y.data());
  backend.activation_backward({ActivationFunction::Kind::relu}, size, y.data(), dy.data(),
                              dx.data());
  c.check("y", y);
  c.check("dx", dx);
}

template <class Real>
void softmax_cross_entropy(const Case<Real>& c, Backend<Real>& backend) {
  const std::int64_t batch = c.size("batch"), classes = c.size("classes");
  const auto x = c.input("x"), dloss = c.input("dloss");
  const auto labels = c.template input<std::int32_t>("labels");
  auto softmax = c.output("probabilities"), probabilities = softmax;
  auto loss = c.output("loss"), dx = c.output("dx");
  backend.softmax(c.members() * batch, classes, x.data(), softmax.data());
  backend.softmax_cross_entropy(c.members(), batch, classes, x.data(), labels.data(),
                                probabilities.data(), loss.data());
  backend.softmax_cross_entropy_backward(c.members(), batch, classes, probabilities.data(),
                                         labels.data(), dloss.data(), dx.data());
  c.check("probabilities", softmax);
  c.check("probabilities", probabilities);
  c.check("loss", loss);
  c.check("dx", dx);
}

template <class Real>
void l2(const Case<Real>& c, Backend<Real>& backend) {
  const std::int64_t size = c.size("size");
  const double coefficient = c.scalar("coefficient");
  const auto w = c.input("w"), dloss = c.input("dloss");
  auto loss = c.output("loss"), dw = c.output("dw");
  backend.l2(c.members(), size, coefficient, w.data(), loss.data());
  backend.l2_backward(c.members(), size, coefficient, w.data(), dloss.data(), dw.data());
  c.check("loss", loss);
  c.check("dw", dw);
}

/// The gradients of step t of all members, from g [M, steps, N].
template <class Real>
std::vector<Real> gradients_of(const Case<Real>& c, std::int64_t t) {
  const std::int64_t size = c.size("size"), steps = c.size("steps");
  const auto all = c.input("g");
  std::vector<Real> g(static_cast<std::size_t>(c.members() * size));
  for (std::int64_t m = 0; m < c.members(); ++m)
    std::copy_n(&all[static_cast<std::size_t>((m * steps + t) * size)], size, &g[m * size]);
  return g;
}

template <class Real>
void adam(const Case<Real>& c, Backend<Real>& backend) {
  const auto rate = c.input("rate"), decay = c.input("decay");  // [M]; decay is empty or [M]
  auto w = c.input("w");
  std::vector<Real> m(w.size()), v(w.size());
  const AdamStep step{c.scalar("beta1"), c.scalar("beta2"), c.scalar("epsilon")};
  for (std::int64_t t = 1; t <= c.size("steps"); ++t) {
    const auto g = gradients_of(c, t - 1);
    const AdamParameter<Real> parameter{c.size("size"), g.data(),
                                        w.data(),       m.data(),
                                        v.data(),       decay.empty() ? nullptr : decay.data()};
    auto rates = rate;
    for (Real& corrected : rates)
      corrected *=
          static_cast<Real>(std::sqrt(1 - std::pow(step.beta2, t)) / (1 - std::pow(step.beta1, t)));
    backend.adam(c.members(), {&parameter, 1}, step, rates.data());
  }
  c.check("w", w);
  c.check("m", m);
  c.check("v", v);
}

template <class Real>
void sgd(const Case<Real>& c, Backend<Real>& backend) {
  const auto rates = c.input("rate");
  const SgdSettings settings{c.scalar("momentum"), c.size("nesterov") != 0};
  auto w = c.input("w");
  std::vector<Real> v(w.size());
  for (std::int64_t t = 0; t < c.size("steps"); ++t) {
    const auto g = gradients_of(c, t);
    const SgdParameter<Real> parameter{c.size("size"), g.data(), w.data(),
                                       settings.momentum == 0 ? nullptr : v.data()};
    backend.sgd(c.members(), {&parameter, 1}, settings, rates.data());
  }
  c.check("w", w);
}

template <class Real>
void clip_by_global_norm(const Case<Real>& c, Backend<Real>& backend) {
  const auto a = c.input("a"), b = c.input("b");
  auto a_clipped = c.output("a_clipped"), b_clipped = c.output("b_clipped"),
       norm = c.output("norm");
  const ClippedGradient<Real> gradients[] = {{c.size("a"), a.data(), a_clipped.data()},
                                             {c.size("b"), b.data(), b_clipped.data()}};
  backend.clip_by_global_norm(c.members(), gradients, c.scalar("max_norm"), norm.data());
  c.check("a_clipped", a_clipped);
  c.check("b_clipped", b_clipped);
  c.check("norm", norm);
}

template <class Real>
void soft_cross_entropy(const Case<Real>& c, Backend<Real>& backend) {
  const std::int64_t batch = c.size("batch"), classes = c.size("classes");
  const auto x = c.input("x"), dloss = c.input("dloss");
  auto weights = c.template shared_input<Real>("weights");  // every member's
  const auto own = weights;
  for (std::int64_t m = 1; m < c.members(); ++m)
    weights.insert(weights.end(), own.begin(), own.end());
  const auto labels = c.template input<std::int32_t>("labels");
  auto targets = c.output("targets"), probabilities = c.output("probabilities");
  auto loss = c.output("loss"), dx = c.output("dx");
  backend.soft_targets(c.members(), batch, classes, c.scalar("smoothing"), labels.data(),
                       weights.data(), targets.data());
  backend.soft_cross_entropy(c.members(), batch, classes, x.data(), targets.data(),
                             probabilities.data(), loss.data());
  backend.soft_cross_entropy_backward(c.members(), batch, classes, probabilities.data(),
                                      targets.data(), dloss.data(), dx.data());
  c.check("targets", targets);
  c.check("probabilities", probabilities);
  c.check("loss", loss);
  c.check("dx", dx);
}

template <class Real>
void check_all(Backend<Real>& backend, double tolerance) {
  const std::map<std::string, void (*)(const Case<Real>&, Backend<Real>&)> operations{
      {"conv2d", conv2d<Real>},
      {"conv2d_gathered", conv2d_gathered<Real>},
      {"max_pool2d", max_pool2d<Real>},
      {"dense", dense<Real>},
      {"relu", relu<Real>},
      {"softmax_cross_entropy", softmax_cross_entropy<Real>},
      {"l2", l2<Real>},
      {"adam", adam<Real>},
      {"sgd", sgd<Real>},
      {"clip_by_global_norm", clip_by_global_norm<Real>},
      {"soft_cross_entropy", soft_cross_entropy<Real>}};
  const Json golden = Json::parse(std::ifstream(test::golden("operations.json")));
  for (const Json& json : golden["cases"]) {
    INFO(json["operation"] << ": " << json["name"]);
    for (const Seat seat : {Seat{0, 1}, Seat{0, 2}, Seat{1, 2}})
      operations.at(json["operation"])(Case<Real>(json, seat, tolerance), backend);
  }
}

TEST_CASE("the reference computes PyTorch's numbers in double") {
  check_all(backend<double>(Device::reference), 1e-9);
}

TEST_CASE("the reference computes PyTorch's numbers in float") {
  check_all(backend<float>(Device::reference), 1e-4);
}

TEST_CASE("the fast processor backend computes PyTorch's numbers") {
  check_all(backend<float>(Device::cpu), 1e-4);
}

}  // namespace
}  // namespace tutti::kernels
