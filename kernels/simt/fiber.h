#pragma once
#include <boost/context/fiber.hpp>
#include <functional>

namespace tutti::simt {

/// A function with a stack of its own that can stop in the middle and go on later.
class Fiber {
 public:
  Fiber();
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Takes the next function; the one before has ended.
  void start(std::function<void()> body);

  /// Runs the function until it suspends or ends. It must not end by an exception.
  void resume();

  /// Called by the function: back to who resumed it.
  void suspend();

 private:
  // The sanitizers are told of every switch of stacks.
  struct Stack {
    const void* bottom = nullptr;
    std::size_t size = 0;
  };
  static void leave(void** fake_stack, const Stack& to, void* thread);
  static void arrive(void* fake_stack, Stack* from);

  boost::context::stack_context memory_;
  Stack own_, callers_;
  void *own_fake_stack_ = nullptr, *callers_fake_stack_ = nullptr;  // AddressSanitizer's
  void *own_thread_ = nullptr, *callers_thread_ = nullptr;          // ThreadSanitizer's
  boost::context::fiber self_, caller_;
  std::function<void()> body_;
};

}  // namespace tutti::simt
