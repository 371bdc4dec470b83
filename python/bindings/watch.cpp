#include "python/bindings/watch.h"

namespace tutti::python {

OutArray array_of(const History& history) {
  const auto epochs = static_cast<std::int64_t>(history.size());
  const auto members = epochs ? static_cast<std::int64_t>(history[0].size()) : 0;
  std::vector<double> values;
  for (const auto& epoch : history)
    for (const auto& member : epoch)
      values.insert(values.end(),
                    {member.loss, member.accuracy, member.val_loss, member.val_accuracy});
  return array_of(Tensor::from({epochs, members, 4}, values));
}

void Watch::tell(const std::function<void()>& call) {
  const nb::gil_scoped_acquire lock;
  try {
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
    if (!problem_) call();
  } catch (nb::python_error& raised) {
    if (!problem_) problem_.emplace(std::move(raised));
    stop_.request_stop();
  }
}

void check_signals(std::int64_t, std::int64_t) {
  const nb::gil_scoped_acquire lock;
  if (PyErr_CheckSignals() != 0) throw nb::python_error();
}

bool Watch::due(std::int64_t step, std::int64_t steps) {
  const auto now = Clock::now();
  if (step < steps && now < next_) return false;
  next_ = now + std::chrono::milliseconds(50);
  return true;
}

TrainObserver Watch::silent_observer() {
  return {.on_step = [this](int, std::int64_t step, std::int64_t steps) {
    if (due(step, steps)) tell([] {});
  }};
}

TrainObserver Watch::observer() {
  return {.on_step =
              [this](int epoch, std::int64_t step, std::int64_t steps) {
                if (!due(step, steps)) return;
                tell([&] {
                  if (!on_step_.is_none()) on_step_(epoch, step, steps);
                });
              },
          .on_epoch =
              [this](int epoch, const std::vector<EpochResult>& members) {
                tell([&] {
                  if (!on_epoch_.is_none()) on_epoch_(epoch, array_of(History{members}));
                });
              }};
}

}  // namespace tutti::python
