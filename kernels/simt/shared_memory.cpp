#include "kernels/simt/shared_memory.h"

#include <cstring>
#include <sstream>

#include "kernels/simt/block.h"

namespace tutti::simt {

SharedArea::SharedArea(std::size_t bytes, std::size_t element_bytes, const Place& declared,
                       bool watched)
    : elements_(bytes / element_bytes),
      element_bytes_(element_bytes),
      memory_(new std::byte[bytes]),
      declared_(declared),
      shadows_(watched ? elements_ : 0) {
  std::memset(memory_.get(), 0xFF, bytes);  // a NaN in every format
}

void SharedArea::out_of_bounds(std::size_t first, std::size_t count) const {
  std::ostringstream what;
  what << "element " << static_cast<std::ptrdiff_t>(first + count - 1) << " of a shared array of "
       << elements_ << ", declared at " << text(declared_);
  fail(what.str());
}

SharedArea::Touch SharedArea::touch_now() {
  const Block& block = running_block();
  return {Touch::By::thread, block.thread(), block.time(), block.warp_time()};
}

/// Whether barriers order the earlier touch before what the running thread does now.
bool SharedArea::ordered(const Touch& earlier) {
  const Block& block = running_block();
  if (earlier.by == Touch::By::nobody || earlier.block_time < block.time()) return true;
  if (earlier.by == Touch::By::threads_of_several_warps) return false;
  const bool same_warp = earlier.thread / warp_size == block.thread() / warp_size;
  if (same_warp && earlier.warp_time < block.warp_time()) return true;
  return earlier.by == Touch::By::thread && earlier.thread == block.thread();
}

SharedArea::Touch SharedArea::with_read_now(const Touch& earlier) {
  Touch touch = touch_now();
  if (ordered(earlier)) return touch;
  const bool same_warp = earlier.thread / warp_size == touch.thread / warp_size;
  touch.by = same_warp && earlier.by != Touch::By::threads_of_several_warps
                 ? Touch::By::threads_of_a_warp
                 : Touch::By::threads_of_several_warps;
  return touch;
}

void SharedArea::expect_ordered(const Touch& earlier, std::size_t element, const char* earlier_verb,
                                const char* verb) const {
  if (ordered(earlier)) return;
  std::ostringstream what;
  what << "race on element " << element << " of the shared array declared at " << text(declared_)
       << ": thread " << running_block().name_of(earlier.thread) << ' ' << earlier_verb
       << " it, this one " << verb << " it, and no barrier is between";
  fail(what.str());
}

void SharedArea::watch_read(std::size_t first, std::size_t count) {
  for (std::size_t i = first; i < first + count; ++i) {
    Shadow& shadow = shadows_[i];
    if (shadow.write.by == Touch::By::nobody) {
      std::ostringstream what;
      what << "element " << i << " of the shared array declared at " << text(declared_)
           << " is read but was never written";
      fail(what.str());
    }
    expect_ordered(shadow.write, i, "wrote", "reads");
    shadow.read = with_read_now(shadow.read);
  }
}

void SharedArea::watch_write(std::size_t first, std::size_t count) {
  for (std::size_t i = first; i < first + count; ++i) {
    expect_ordered(shadows_[i].write, i, "wrote", "writes");
    expect_ordered(shadows_[i].read, i, "reads", "writes");
    shadows_[i].write = touch_now();
  }
}

SharedArea& static_shared(std::size_t bytes, std::size_t element_bytes, const Place& declared) {
  return running_block().static_shared(bytes, element_bytes, declared);
}

SharedArea& dynamic_shared(std::size_t element_bytes, const Place& declared) {
  return running_block().dynamic_shared(element_bytes, declared);
}

}  // namespace tutti::simt
