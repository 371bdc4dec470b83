#pragma once
#include <cstdint>
#include <functional>
#include <string>

namespace tutti {

/// Some of what is dealt out: from `first` up to `end`.
struct Block {
  std::int64_t first, end;
  std::int64_t size() const { return end - first; }
};

/// Of all: `count` things are worked on in blocks of `at_once` (as the root has it), each by the
/// process that is free first, the root among them. work() says what a block came to; the root
/// alone is given that by take(), block after block in their order.
void deal_out(std::int64_t count, std::int64_t at_once,
              const std::function<std::string(Block)>& work,
              const std::function<void(Block, std::string)>& take);

}  // namespace tutti
