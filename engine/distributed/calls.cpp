#include "engine/distributed/calls.h"

#include "engine/distributed/world.h"

namespace tutti {

void Calls::add(const std::string& name, std::function<void(Message&)> body) {
  bodies_[name] = std::move(body);
}

void Calls::call(const std::string& name, const std::string& said) const {
  world().broadcast(Message::of(name, said), 0);
  Message message(said);
  bodies_.at(name)(message);
}

void Calls::follow() const {
  for (;;) {
    Message call(world().broadcast({}, 0));
    const auto name = call.get<std::string>();
    if (name.empty()) return;
    Message message(call.get<std::string>());
    bodies_.at(name)(message);
  }
}

void Calls::end() const { world().broadcast(Message::of(std::string(), std::string()), 0); }

}  // namespace tutti
