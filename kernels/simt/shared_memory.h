#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/simt/machine.h"

namespace tutti::simt {

/// A shared array of one block: poisoned, bounds-checked and, if the settings say so, watched.
class SharedArea {
 public:
  SharedArea(std::size_t bytes, std::size_t element_bytes, const Place& declared, bool watched);

  /// The address of elements about to be read or written; an Error if the thread must not.
  std::byte* read(std::size_t first, std::size_t count = 1) {
    check(first, count);
    if (!shadows_.empty()) watch_read(first, count);
    return memory_.get() + first * element_bytes_;
  }
  std::byte* write(std::size_t first, std::size_t count = 1) {
    check(first, count);
    if (!shadows_.empty()) watch_write(first, count);
    return memory_.get() + first * element_bytes_;
  }

  std::size_t bytes() const { return elements_ * element_bytes_; }

 private:
  /// Who last touched an element, and when: after how many barriers of the block and of the warp.
  struct Touch {
    enum class By { nobody, thread, threads_of_a_warp, threads_of_several_warps };
    By by = By::nobody;
    unsigned thread = 0;  // the last one
    std::uint32_t block_time = 0, warp_time = 0;
  };
  struct Shadow {
    Touch write, read;
  };

  void check(std::size_t first, std::size_t count) const {
    if (first + count > elements_) out_of_bounds(first, count);
  }
  [[noreturn]] void out_of_bounds(std::size_t first, std::size_t count) const;
  void watch_read(std::size_t first, std::size_t count);
  void watch_write(std::size_t first, std::size_t count);
  void expect_ordered(const Touch& earlier, std::size_t element, const char* earlier_verb,
                      const char* verb) const;
  static bool ordered(const Touch& earlier);
  static Touch touch_now();
  static Touch with_read_now(const Touch& earlier);

  std::size_t elements_, element_bytes_;
  std::unique_ptr<std::byte[]> memory_;
  Place declared_;
  std::vector<Shadow> shadows_;
};

/// The static shared array declared at this place, the same for all threads of the block.
SharedArea& static_shared(std::size_t bytes, std::size_t element_bytes, const Place& declared);

/// The memory whose size the launch gave, seen as one array of elements of this size.
SharedArea& dynamic_shared(std::size_t element_bytes, const Place& declared);

}  // namespace tutti::simt
