#include "kernels/simt/fibre.h"

#include <boost/context/protected_fixedsize_stack.hpp>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

namespace tutti::simt {
namespace {

constexpr std::size_t stack_bytes = 128 << 10;

/// The stack belongs to the Fibre and outlives the function on it.
struct KeepStack {
  boost::context::stack_context allocate() { return {}; }
  void deallocate(boost::context::stack_context&) {}
};

}  // namespace

Fibre::Fibre() : memory_(boost::context::protected_fixedsize_stack(stack_bytes).allocate()) {
  own_ = {static_cast<const char*>(memory_.sp) - memory_.size, memory_.size};
}

Fibre::~Fibre() {
#ifdef __SANITIZE_ADDRESS__
  // The frames below body_ never returned; whoever maps this memory next must not find their marks.
  ASAN_UNPOISON_MEMORY_REGION(own_.bottom, own_.size);
#endif
  boost::context::protected_fixedsize_stack(stack_bytes).deallocate(memory_);
}

void Fibre::leave([[maybe_unused]] void** fake_stack, [[maybe_unused]] const Stack& to) {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_start_switch_fiber(fake_stack, to.bottom, to.size);
#endif
}

void Fibre::arrive([[maybe_unused]] void* fake_stack, [[maybe_unused]] Stack* from) {
#ifdef __SANITIZE_ADDRESS__
  Stack ignored;
  Stack& stack = from ? *from : ignored;
  __sanitizer_finish_switch_fiber(fake_stack, &stack.bottom, &stack.size);
#endif
}

void Fibre::start(std::function<void()> body) {
  body_ = std::move(body);
  self_ = boost::context::fiber(std::allocator_arg,
                                boost::context::preallocated(memory_.sp, memory_.size, memory_),
                                KeepStack{}, [this](boost::context::fiber&& caller) {
                                  arrive(nullptr, &callers_);
                                  caller_ = std::move(caller);
                                  body_();
                                  leave(nullptr, callers_);  // no fake stack to keep: this one ends
                                  return std::move(caller_);
                                });
}

void Fibre::resume() {
  leave(&callers_fake_stack_, own_);
  self_ = std::move(self_).resume();
  arrive(callers_fake_stack_, nullptr);
}

void Fibre::suspend() {
  leave(&own_fake_stack_, callers_);
  caller_ = std::move(caller_).resume();
  arrive(own_fake_stack_, &callers_);
}

}  // namespace tutti::simt
