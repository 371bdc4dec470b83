#include "apps/common.h"

#include <sched.h>
#include <semaphore.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <csignal>
#include <iostream>
#include <system_error>
#include <thread>

#include "apps/help.h"
#include "engine/distributed/world.h"
#include "kernels/choose_device.h"
#include "kernels/support/error.h"
#include "kernels/support/threads.h"

namespace tutti {
namespace {

template <class Accepts>
CLI::Validator number(const char* name, const char* wanted, Accepts accepts) {
  const auto complaint = [=](std::string& text) {
    double value = 0;
    const bool is = CLI::detail::lexical_cast(text, value) && std::isfinite(value);
    return is && accepts(value) ? std::string() : text + " is not a number " + wanted;
  };
  return CLI::Validator(complaint, name);
}

/// Nothing, or what is wrong with a word: what another reader might take for another number (010 is
/// 8 in C), a number below what its type holds, an empty name.
std::string odd_word(const std::string& type, const std::string& word) {
  if (word.empty()) return "an empty word is not a value";
  const bool whole = type.starts_with("INT") || type.starts_with("UINT");
  if (!whole && !type.starts_with("FLOAT")) return "";
  const std::size_t digits = word[0] == '-' ? 1 : 0;
  const bool padded = word.size() > digits + 1 && word[digits] == '0' &&
                      std::isdigit(static_cast<unsigned char>(word[digits + 1]));
  const bool odd = whole ? word.find_first_not_of("0123456789", digits) != std::string::npos
                         : word.find_first_of("nNxX") != std::string::npos;  // nan, inf, 0x1
  if (padded || odd)
    return word + (whole ? " is not a whole number" : " is not a number") + " in digits";
  if (digits && type.starts_with("UINT")) return word + " is below 0";
  return "";
}

}  // namespace

void refuse_odd_words(CLI::App& command) {
  for (CLI::Option* option : command.get_options())
    if (option->get_items_expected_max() > 0) {
      const std::string type = option->get_type_name();
      option->check(CLI::Validator([type](std::string& word) { return odd_word(type, word); }, ""));
    }
  for (CLI::App* inner : command.get_subcommands([](const CLI::App*) { return true; }))
    refuse_odd_words(*inner);
}

const CLI::Validator above_zero = number("POSITIVE", "above 0", [](double v) { return v > 0; });
const CLI::Validator zero_or_above =
    number("NONNEGATIVE", "from 0 up", [](double v) { return v >= 0; });

CLI::Option* add_words(CLI::App& command, const std::string& option, const std::string& help,
                       const std::vector<std::string>& words, const std::string& usual,
                       std::function<void(const std::string&)> set) {
  return command.add_option_function<std::string>(option, std::move(set), help)
      ->check(CLI::IsMember(words))
      ->default_str(usual);
}

CLI::Option* add_split(CLI::App& command, SplitPlan& plan) {
  return command
      .add_option_function<std::string>(
          "--split", [&plan](const std::string& text) { plan = split_plan_named(text); },
          "How the data is cut into parts: stratified (each has its share of every genre), random, "
          "groups:CSV (songs of one group, such as an artist, stay together), or "
          "files:TRAIN,VALIDATION,TEST or files:TRAIN,TEST (lists of names, one per line, in place "
          "of "
          "shares)")
      ->type_name(split_words)
      ->default_str(name(plan));
}

void add_classes_to(CLI::App& command, std::vector<std::string>& classes,
                    const std::string& usual) {
  command
      .add_option("--classes", classes,
                  "Names of the classes, in the order of the outputs, where RUN holds no run.json" +
                      (usual.empty() ? "" : "; without it " + usual))
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("A,B,…");
}

void add_architecture(CLI::App& command, std::string& path) {
  command.add_option("--architecture", path,
                     "What Keras' model.to_json() says of the model, for a file of weights alone");
}

void CommonOptions::add_computing_to(CLI::App& command) {
  const OptionGroup group(command, "Computing");
  add_words(command, "--device", device,
            "Where to compute: auto (a GPU if there is one), cpu, cuda (the GPU), simt (the "
            "GPU's kernels without a GPU; slow, for checks) or reference (slow, for checks)");
  add_words(command, "--precision", precision,
            "Matrix products on a GPU: tf32 rounds factors to 10 bits of mantissa, bf16 to 7, fp32 "
            "not at all");
  command.add_option("--threads", threads, "Threads to use; 0 is one for each core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
}

void CommonOptions::add_to(CLI::App& command) {
  add_computing_to(command);
  const OptionGroup group(command, "Output");
  command.add_flag("--json", json, "Print one JSON document instead of tables");
  command.add_flag("--quiet", quiet, "No progress on stderr");
}

namespace {

/// As many as asked for. Else processes of the world that may use the same cores share them, each
/// with an equal part. Of all.
void set_threads(int wanted) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  sched_getaffinity(0, sizeof cores, &cores);
  const std::string own =
      world().host() + std::string(reinterpret_cast<const char*>(&cores), sizeof cores);
  const auto sharers = static_cast<int>(std::ranges::count(world().all_gather(own), own));
  if (wanted > 0)
    set_thread_count(wanted);
  else if (sharers > 1)
    set_thread_count(std::max(1, CPU_COUNT(&cores) / sharers));
}

}  // namespace

Device CommonOptions::prepare() const {
  set_threads(threads);
  set_precision(precision);
  return choose_device(
      device, [](const std::string& why) { std::cerr << "tutti: warning: " << why << '\n'; });
}

namespace {

/// A signal handler may post a semaphore, but not stop a token: a thread that waits for it does.
struct Interrupt {
  Interrupt() {
    sem_init(&signal, 0, 0);
    const auto wait = [this] {
      while (sem_wait(&signal) != 0) {
      }
      stop.request_stop();
    };
    try {
      std::thread(wait).detach();
    } catch (const std::system_error&) {
      waits = false;
    }
  }
  sem_t signal;
  bool waits = true;  // else there were no threads left, and a signal ends the program at once
  std::stop_source stop;
};

Interrupt& interrupt() {
  static auto* one = new Interrupt;  // outlives the thread
  return *one;
}

/// One of several processes may wait for another that is gone; it then ends after this time.
constexpr unsigned seconds_to_end = 25;
bool beside_others = false;

void on_interrupt(int) {
  sem_post(&interrupt().signal);
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  if (beside_others) ::alarm(seconds_to_end);
}

}  // namespace

void expect_another(const std::string& option, const std::filesystem::path& written,
                    const std::filesystem::path& read) {
  std::error_code not_there;
  if (std::filesystem::equivalent(written, read, not_there))
    throw Error(option, " ", written.string(), ": is what is read; choose another name");
}

std::stop_token stop_on_interrupt() {
  const std::stop_token token = interrupt().stop.get_token();  // made before the handler needs it
  beside_others = !world().alone();
  if (interrupt().waits) {
    std::signal(SIGINT, on_interrupt);
    std::signal(SIGTERM, on_interrupt);
  }
  return token;
}

}  // namespace tutti
