#include "apps/serve/work_queue.h"

#include <utility>

namespace tutti {

std::optional<WorkQueue::Place> WorkQueue::enter() {
  const std::lock_guard lock(mutex_);
  if (inside_ == at_once_ + waiting_) return std::nullopt;
  ++inside_;
  return Place(*this);
}

WorkQueue::Lengths WorkQueue::lengths() const {
  const std::lock_guard lock(mutex_);
  return {inside_ - working_, working_};
}

WorkQueue::Place::Place(Place&& other) noexcept
    : queue_(std::exchange(other.queue_, nullptr)), works_(other.works_) {}

WorkQueue::Place::~Place() {
  if (!queue_) return;
  const std::lock_guard lock(queue_->mutex_);
  --queue_->inside_;
  if (works_) --queue_->working_;
  queue_->turn_.notify_all();
}

bool WorkQueue::Place::wait_for_turn(std::stop_token stop) {
  std::unique_lock lock(queue_->mutex_);
  queue_->line_.push_back(this);
  const auto is_next = [&] {
    return queue_->line_.front() == this && queue_->working_ < queue_->at_once_;
  };
  works_ = queue_->turn_.wait(lock, stop, is_next) && !stop.stop_requested();
  if (works_) ++queue_->working_;
  queue_->line_.remove(this);
  queue_->turn_.notify_all();
  return works_;
}

}  // namespace tutti
