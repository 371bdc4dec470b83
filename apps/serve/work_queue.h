#pragma once
#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <stop_token>

namespace tutti {

/// Some requests are worked on at once, some more wait, and the others are turned away.
class WorkQueue {
 public:
  WorkQueue(std::size_t at_once, std::size_t waiting) : at_once_(at_once), waiting_(waiting) {}

  /// A request's place in it, from its beginning to its end.
  class Place {
   public:
    explicit Place(WorkQueue& queue) : queue_(&queue) {}
    Place(Place&& other) noexcept;
    ~Place();
    /// Until it is this one's turn; false if it is to stop before.
    bool wait_for_turn(std::stop_token stop);

   private:
    WorkQueue* queue_;
    bool works_ = false;
  };

  /// Nothing if it is full.
  std::optional<Place> enter();

  struct Lengths {
    std::size_t waiting, working;
  };
  Lengths lengths() const;

 private:
  const std::size_t at_once_, waiting_;
  mutable std::mutex mutex_;
  std::condition_variable_any turn_;
  std::list<const Place*> line_;  // who came first is first
  std::size_t inside_ = 0, working_ = 0;
};

}  // namespace tutti
