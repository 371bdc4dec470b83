#pragma once
#include <functional>
#include <map>
#include <string>

#include "engine/distributed/message.h"

namespace tutti {

/// What the processes of the world do together when the root says so. Each adds the same calls.
class Calls {
 public:
  /// What a call does, with what the root says.
  void add(const std::string& name, std::function<void(Message& said)> body);

  /// The root: everyone does it.
  void call(const std::string& name, const std::string& said = {}) const;
  /// The others: does what the root calls, until it ends.
  void follow() const;
  void end() const;  // of the root

 private:
  std::map<std::string, std::function<void(Message&)>> bodies_;
};

}  // namespace tutti
