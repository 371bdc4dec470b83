#pragma once
#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "datasets/splits/split_plan.h"
#include "engine/tensor.h"
#include "kernels/device_names.h"

namespace tutti {

/// Exit statuses of the program. A wrong command line is 2.
inline constexpr int done = 0, at_fault = 1, wrong_usage = 2, interrupted = 130;

/// Numbers. CLI::PositiveNumber says "not in range" up to the largest double, in digits.
extern const CLI::Validator above_zero, zero_or_above;

/// Has all options of a command and of those below it refuse empty words and numbers that are not
/// what they look like: -1 of what counts, 010, 0x10, nan.
void refuse_odd_words(CLI::App& command);

/// An option of words; `set` gets the one that was given.
CLI::Option* add_words(CLI::App& command, const std::string& option, const std::string& help,
                       const std::vector<std::string>& words, const std::string& usual,
                       std::function<void(const std::string&)> set);

/// An option whose words are an enum's.
template <NamedEnum T>
CLI::Option* add_words(CLI::App& command, const std::string& option, T& value,
                       const std::string& help) {
  std::vector<std::string> words;
  for (const auto& [known, word] : enum_names<T>.all) words.push_back(word);
  return add_words(command, option, help, words, name(value),
                   [&value](const std::string& word) { value = from_name<T>(word); });
}
/// The same with the word "auto" before them, which is not a value.
template <NamedEnum T>
CLI::Option* add_words(CLI::App& command, const std::string& option, std::optional<T>& value,
                       const std::string& help) {
  std::vector<std::string> words = {"auto"};
  for (const auto& [known, word] : enum_names<T>.all) words.push_back(word);
  return add_words(command, option, help, words, value ? name(*value) : "auto",
                   [&value](const std::string& word) {
                     value = word == "auto" ? std::nullopt : std::optional(from_name<T>(word));
                   });
}

/// --classes, of Keras files without a run.json; `usual` says where they come from without it.
void add_classes_to(CLI::App& command, std::vector<std::string>& classes, const std::string& usual);

/// --architecture, of a Keras file of weights alone.
void add_architecture(CLI::App& command, std::string& path);

/// What --split takes, for --help and completions.
inline constexpr const char* split_words = "{stratified,random,groups:CSV,files:LISTS}";

/// --split of a data set.
CLI::Option* add_split(CLI::App& command, SplitPlan& plan);

/// Options that every computing command has.
struct CommonOptions {
  std::optional<Device> device;  // else a GPU if there is one
  Precision precision = Precision::tf32;
  int threads = 0;  // 0: one a core
  bool json = false;
  bool quiet = false;

  void add_to(CLI::App& command);
  /// Those without which nothing is computed: all but --json and --quiet.
  void add_computing_to(CLI::App& command);
  /// The device asked for, and the threads set; an Error if this machine does not offer it.
  Device prepare() const;
};

/// The program with all of its commands; the one that is run sets `status`.
std::unique_ptr<CLI::App> make_program(const std::string& version, int& status);

/// Each adds its command to the program. A command's callback sets `status`.
void add_train(CLI::App& program, int& status);
void add_train_ensemble(CLI::App& train, int& status);
void add_train_features(CLI::App& train, int& status);
void add_train_melcnn(CLI::App& train, int& status);
void add_tune(CLI::App& program, int& status);
void add_tune_features(CLI::App& tune, int& status);
void add_tune_ensemble(CLI::App& tune, int& status);
void add_report(CLI::App& program, int& status);
void add_reproduce(CLI::App& program, int& status);
void add_reproduce_ensemble(CLI::App& reproduce, int& status);
void add_compare(CLI::App& program, int& status);
void add_evaluate(CLI::App& program, int& status);
void add_predict(CLI::App& program, int& status);
void add_genre(CLI::App& program, int& status);
void add_serve(CLI::App& program, int& status);
void add_features(CLI::App& program, int& status);
void add_spectrogram(CLI::App& program, int& status);
void add_pack(CLI::App& program, int& status);
void add_audit(CLI::App& program, int& status);
void add_synth(CLI::App& program, int& status);
void add_inspect(CLI::App& program, int& status);
void add_run(CLI::App& program, int& status);
void add_devices(CLI::App& program, int& status);

/// An Error if what an option says to write is, whatever its name, what is read.
void expect_another(const std::string& option, const std::filesystem::path& written,
                    const std::filesystem::path& read);

/// Stopped by Ctrl-C or SIGTERM once a command has asked for it; a second one ends the program at
/// once.
std::stop_token stop_on_interrupt();

}  // namespace tutti
