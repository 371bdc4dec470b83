#include "kernels/simt/fiber.h"

#include <boost/context/protected_fixedsize_stack.hpp>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif
#ifdef TUTTI_THREAD_SANITIZER  // not instrumented here: a frame may be entered on one stack and
                               // left on another
#include <sanitizer/tsan_interface.h>
#endif

namespace tutti::simt {
namespace {

constexpr std::size_t stack_bytes = 128 << 10;

/// The stack belongs to the Fiber and outlives the function on it.
struct KeepStack {
  boost::context::stack_context allocate() { return {}; }
  void deallocate(boost::context::stack_context&) {}
};

}  // namespace

Fiber::Fiber() : memory_(boost::context::protected_fixedsize_stack(stack_bytes).allocate()) {
  own_ = {static_cast<const char*>(memory_.sp) - memory_.size, memory_.size};
#ifdef TUTTI_THREAD_SANITIZER
  own_thread_ = __tsan_create_fiber(0);
#endif
}

Fiber::~Fiber() {
#ifdef __SANITIZE_ADDRESS__
  // The frames below body_ never returned; whoever maps this memory next must not find their marks.
  ASAN_UNPOISON_MEMORY_REGION(own_.bottom, own_.size);
#endif
#ifdef TUTTI_THREAD_SANITIZER
  __tsan_destroy_fiber(own_thread_);
#endif
  boost::context::protected_fixedsize_stack(stack_bytes).deallocate(memory_);
}

void Fiber::leave([[maybe_unused]] void** fake_stack, [[maybe_unused]] const Stack& to,
                  [[maybe_unused]] void* thread) {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_start_switch_fiber(fake_stack, to.bottom, to.size);
#endif
#ifdef TUTTI_THREAD_SANITIZER
  __tsan_switch_to_fiber(thread, 0);
#endif
}

void Fiber::arrive([[maybe_unused]] void* fake_stack, [[maybe_unused]] Stack* from) {
#ifdef __SANITIZE_ADDRESS__
  Stack ignored;
  Stack& stack = from ? *from : ignored;
  __sanitizer_finish_switch_fiber(fake_stack, &stack.bottom, &stack.size);
#endif
}

void Fiber::start(std::function<void()> body) {
  body_ = std::move(body);
  self_ = boost::context::fiber(std::allocator_arg,
                                boost::context::preallocated(memory_.sp, memory_.size, memory_),
                                KeepStack{}, [this](boost::context::fiber&& caller) {
                                  arrive(nullptr, &callers_);
                                  caller_ = std::move(caller);
                                  body_();
                                  // No fake stack to keep: this one ends.
                                  leave(nullptr, callers_, callers_thread_);
                                  return std::move(caller_);
                                });
}

void Fiber::resume() {
#ifdef TUTTI_THREAD_SANITIZER
  callers_thread_ = __tsan_get_current_fiber();
#endif
  leave(&callers_fake_stack_, own_, own_thread_);
  self_ = std::move(self_).resume();
  arrive(callers_fake_stack_, nullptr);
}

void Fiber::suspend() {
  leave(&own_fake_stack_, callers_, callers_thread_);
  caller_ = std::move(caller_).resume();
  arrive(own_fake_stack_, &callers_);
}

}  // namespace tutti::simt
