#pragma once
#include <nanobind/nanobind.h>

#include <chrono>
#include <optional>

#include "engine/training/train.h"
#include "python/bindings/arrays.h"

namespace tutti::python {

/// A history, or an epoch of it, as float64 [epochs, members, 4]: loss, accuracy, val_loss,
/// val_accuracy.
OutArray array_of(const History& history);

/// Training as Python sees it: it holds no lock of the interpreter, but for the calls that tell of
/// progress. A signal's exception, as of Ctrl-C, or one that a callback raises ends it after the
/// step.
class Watch {
 public:
  /// `on_step` is called with (epoch, step, steps), not more often than people can see, and after
  /// an epoch's last step; `on_epoch` with (epoch, its history [1, members, 4]). None: not called.
  Watch(nb::object on_step, nb::object on_epoch)
      : on_step_(std::move(on_step)), on_epoch_(std::move(on_epoch)) {}

  TrainObserver observer();
  /// Tells nothing, and only looks for signals.
  TrainObserver silent_observer();
  std::stop_token token() const { return stop_.get_token(); }

  /// What ended it, to be raised when what is finished has been kept; or None.
  nb::object problem() const { return problem_ ? nb::borrow(problem_->value()) : nb::none(); }

 private:
  using Clock = std::chrono::steady_clock;
  bool due(std::int64_t step, std::int64_t steps);
  void tell(const std::function<void()>& call);

  nb::object on_step_, on_epoch_;
  Clock::time_point next_{};
  std::stop_source stop_;
  std::optional<nb::python_error> problem_;
};

/// Progress of what reads files: tells nothing, and ends it with the exception of a signal.
void check_signals(std::int64_t, std::int64_t);

}  // namespace tutti::python
