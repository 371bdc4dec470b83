#pragma once
#include "engine/distributed/message.h"
#include "engine/distributed/world.h"

namespace tutti {

/// Of all: what the root makes, for everyone: a look into folders, for instance, that others might
/// find changed.
template <class Make>
auto of_root(const Make& make) {
  using Value = decltype(make());
  if (world().alone()) return make();
  const std::string made = world().root() ? Message::of(make()) : std::string();
  return Message(world().broadcast(made, 0)).template get<Value>();
}

}  // namespace tutti
