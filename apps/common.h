#pragma once
#include <CLI/CLI.hpp>
#include <cstdint>
#include <stop_token>
#include <string>

#include "engine/tensor.h"

namespace tutti {

/// Exit statuses of the program. A wrong command line is 2.
inline constexpr int done = 0, at_fault = 1, wrong_usage = 2, interrupted = 130;

/// Numbers. CLI::PositiveNumber says "not in range" up to the largest double, in digits.
extern const CLI::Validator above_zero, zero_or_above;

/// Options that every computing command has.
struct CommonOptions {
  std::string device = "auto";
  std::string precision = "fp32";
  int threads = 0;  // 0: one a core
  bool json = false;
  bool quiet = false;

  void add_to(CLI::App& command);
  /// The device asked for, and the threads set; an Error if this machine does not offer it.
  Device prepare() const;
};

/// Each adds its command to the program. A command's callback sets `status`.
void add_train(CLI::App& program, int& status);
void add_train_ensemble(CLI::App& train, int& status);
void add_train_features(CLI::App& train, int& status);
void add_tune(CLI::App& program, int& status);
void add_tune_features(CLI::App& tune, int& status);
void add_tune_ensemble(CLI::App& tune, int& status);
void add_reproduce(CLI::App& program, int& status);
void add_evaluate(CLI::App& program, int& status);
void add_predict(CLI::App& program, int& status);
void add_features(CLI::App& program, int& status);
void add_spectrogram(CLI::App& program, int& status);
void add_audit(CLI::App& program, int& status);
void add_synth(CLI::App& program, int& status);
void add_inspect(CLI::App& program, int& status);
void add_run(CLI::App& program, int& status);
void add_devices(CLI::App& program, int& status);

/// Stopped by Ctrl-C once a command has asked for it; a second Ctrl-C ends the program at once.
std::stop_token stop_on_interrupt();

}  // namespace tutti
