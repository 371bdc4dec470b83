#include "engine/variable.h"

#include <algorithm>
#include <unordered_set>

#include "engine/dispatch.h"

namespace tutti {

struct Variable::Node {
  std::vector<std::shared_ptr<Node>> inputs;  // null where no gradient is wanted
  Backward backward;                          // empty in a leaf
  Gradient gradient;
};

Variable::Variable(Tensor value, bool requires_grad)
    : value_(std::move(value)), node_(requires_grad ? std::make_shared<Node>() : nullptr) {}

Variable Variable::result(Tensor value, const std::vector<Variable>& inputs, Backward backward) {
  Variable variable(std::move(value));
  if (std::none_of(inputs.begin(), inputs.end(), [](auto& input) { return input.requires_grad(); }))
    return variable;
  variable.node_ = std::make_shared<Node>();
  for (const auto& input : inputs) variable.node_->inputs.push_back(input.node_);
  variable.node_->backward = std::move(backward);
  return variable;
}

const Gradient& Variable::gradient() const {
  if (!node_) throw Error("variable ", shape(), ": has no gradient, none was asked for");
  return node_->gradient;
}

void Variable::set_grad(Tensor gradient) const { node_->gradient = std::move(gradient); }

namespace {

Tensor ones_like(const Tensor& shape) {
  Tensor y = like(shape);
  with_backend(y, [&](auto& backend) { backend.fill(y.size(), 1, y); });
  return y;
}

}  // namespace

void backward(const Variable& loss, const Tensor& ones,
              const std::function<void(const void*)>& on_gradient) {
  using Node = Variable::Node;
  if (!loss.node_) throw Error("backward: the loss depends on nothing that requires a gradient");

  std::vector<Node*> order;  // inputs before what uses them
  std::unordered_set<Node*> seen;
  const std::function<void(Node*)> visit = [&](Node* node) {
    if (!node || !seen.insert(node).second) return;
    for (const auto& input : node->inputs) visit(input.get());
    node->gradient = {};
    order.push_back(node);
  };
  visit(loss.node_.get());

  loss.node_->gradient = ones.defined() ? ones : ones_like(loss.value());
  for (auto node = order.rbegin(); node != order.rend(); ++node) {
    if (!(*node)->gradient.defined()) continue;
    if (!(*node)->backward) {  // a leaf
      if (on_gradient) on_gradient(*node);
      continue;
    }
    const Gradients gradients = (*node)->backward((*node)->gradient.tensor());
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      Node* input = (*node)->inputs[i].get();
      if (!input || !gradients[i].defined()) continue;
      auto& total = input->gradient;
      total = total.defined() ? sum(total.tensor(), gradients[i].tensor()) : gradients[i];
    }
    (*node)->backward = nullptr;  // frees what it captured
    (*node)->gradient = {};
  }
}

}  // namespace tutti
