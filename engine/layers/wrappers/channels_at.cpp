#include "engine/layers/wrappers/channels_at.h"

#include "engine/layers/spatial.h"

namespace tutti {

Shape ChannelsAt::build(const Shape& input, Initializer& initializer) {
  const std::size_t at = axes_of_example("channels", {axis_}, input)[0];
  auto& [there, back] = orders_.emplace();
  if (at + 1 == input.size()) return build_child(0, input, initializer);
  Shape last = input;
  there = {0, 1};
  for (std::size_t n = 0; n < input.size(); ++n)
    if (n != at) there.push_back(static_cast<std::int64_t>(n) + 2);
  there.push_back(static_cast<std::int64_t>(at) + 2);
  last.erase(last.begin() + static_cast<std::ptrdiff_t>(at));
  last.push_back(input[at]);

  Shape output = build_child(0, last, initializer);
  if (output.size() != input.size()) return output;
  back = {0, 1};
  for (std::size_t n = 0; n + 1 < input.size(); ++n)
    back.push_back(static_cast<std::int64_t>(n) + 2);
  back.insert(back.begin() + 2 + static_cast<std::ptrdiff_t>(at),
              static_cast<std::int64_t>(input.size()) + 1);
  output.insert(output.begin() + static_cast<std::ptrdiff_t>(at), output.back());
  output.pop_back();
  return output;
}

Variable ChannelsAt::forward(const Variable& x, const Context& context) const {
  const auto& [there, back] = built(orders_);
  const std::vector<Variable> inputs{there.empty() ? x : transpose(x, there)};
  const Variable y = children()[0].layer->forward(inputs, context);
  return back.empty() ? y : transpose(y, back);
}

}  // namespace tutti
