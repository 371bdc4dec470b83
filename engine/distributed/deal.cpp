#include "engine/distributed/deal.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/distributed/message.h"
#include "engine/distributed/world.h"

namespace tutti {
namespace {

constexpr std::int64_t no_block = -1;

/// Which blocks are still to be dealt, and what the others came to until it is their turn.
class Deck {
 public:
  Deck(std::int64_t count, std::int64_t at_once)
      : count_(count), at_once_(at_once), blocks_((count + at_once - 1) / at_once) {}

  Block block(std::int64_t i) const { return {i * at_once_, std::min(count_, (i + 1) * at_once_)}; }
  std::int64_t next() {
    const std::lock_guard lock(mutex_);
    return dealt_ < blocks_ ? dealt_++ : no_block;
  }
  void end() {
    const std::lock_guard lock(mutex_);
    dealt_ = blocks_;
  }
  void add(std::int64_t block, std::string result) {
    const std::lock_guard lock(mutex_);
    results_[block] = std::move(result);
    came_.notify_one();
  }
  /// What the next block in order came to, if it is known or waited for; nothing after the last.
  std::optional<std::pair<Block, std::string>> take(bool wait) {
    std::unique_lock lock(mutex_);
    if (taken_ == blocks_) return std::nullopt;
    if (wait) came_.wait(lock, [this] { return results_.contains(taken_); });
    const auto found = results_.find(taken_);
    if (found == results_.end()) return std::nullopt;
    std::pair result(block(taken_++), std::move(found->second));
    results_.erase(found);
    return result;
  }

 private:
  std::int64_t count_, at_once_, blocks_, dealt_ = 0, taken_ = 0;
  std::mutex mutex_;
  std::condition_variable came_;
  std::map<std::int64_t, std::string> results_;
};

/// Gives the others blocks until none is left, from a thread of its own.
void serve(Deck& deck, World& all) {
  for (int working = all.size() - 1; working > 0;) {
    auto [rank, said] = all.receive_any();
    Message message(std::move(said));
    const auto block = message.get<std::int64_t>();
    if (block != no_block) deck.add(block, message.get<std::string>());
    const std::int64_t next = deck.next();
    working -= next == no_block;
    all.send(rank, Message::of(next));
  }
}

void ask(const Deck& deck, const std::function<std::string(Block)>& work) {
  std::int64_t block = no_block;
  std::string result;
  do {
    world().send(0, Message::of(block, result));
    block = Message(world().receive(0)).get<std::int64_t>();
    if (block != no_block) result = work(deck.block(block));
  } while (block != no_block);
}

/// The root's own work, and the taking of everyone's.
void work_and_take(Deck& deck, const std::function<std::string(Block)>& work,
                   const std::function<void(Block, std::string)>& take) {
  for (std::int64_t i; (i = deck.next()) != no_block;) {
    deck.add(i, work(deck.block(i)));
    while (auto result = deck.take(false)) take(result->first, std::move(result->second));
  }
  while (auto result = deck.take(true)) take(result->first, std::move(result->second));
}

}  // namespace

void deal_out(std::int64_t count, std::int64_t at_once,
              const std::function<std::string(Block)>& work,
              const std::function<void(Block, std::string)>& take) {
  at_once = Message(world().broadcast(Message::of(at_once), 0)).get<std::int64_t>();
  Deck deck(count, at_once);
  if (!world().root()) return ask(deck, work);
  std::jthread server;
  if (!world().alone()) server = std::jthread([&deck, &all = world()] { serve(deck, all); });
  try {
    work_and_take(deck, work, take);
  } catch (...) {
    deck.end();  // the others end with the blocks that they have
    throw;
  }
}

}  // namespace tutti
