#pragma once
#include <boost/context/fiber.hpp>
#include <functional>

namespace tutti::simt {

/// A function with a stack of its own that can stop in the middle and go on later.
class Fibre {
 public:
  Fibre();
  ~Fibre();
  Fibre(const Fibre&) = delete;
  Fibre& operator=(const Fibre&) = delete;

  /// Takes the next function; the one before has ended.
  void start(std::function<void()> body);

  /// Runs the function until it suspends or ends. It must not end by an exception.
  void resume();

  /// Called by the function: back to who resumed it.
  void suspend();

 private:
  // AddressSanitizer is told of every switch of stacks.
  struct Stack {
    const void* bottom = nullptr;
    std::size_t size = 0;
  };
  static void leave(void** fake_stack, const Stack& to);
  static void arrive(void* fake_stack, Stack* from);

  boost::context::stack_context memory_;
  Stack own_, callers_;
  void *own_fake_stack_ = nullptr, *callers_fake_stack_ = nullptr;
  boost::context::fiber self_, caller_;
  std::function<void()> body_;
};

}  // namespace tutti::simt
