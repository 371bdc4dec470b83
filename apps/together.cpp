#include "apps/together.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "apps/common.h"
#include "engine/distributed/join.h"
#include "engine/distributed/world.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/text.h"

namespace tutti {
namespace {

namespace fs = std::filesystem;

/// How long the root has to come upon the same error and to say it for all.
constexpr auto patience = std::chrono::seconds(3);

/// How long the launcher has to pass on what was printed: it may drop the rest once it is to abort.
constexpr auto passing_on = std::chrono::milliseconds(500);

std::ostream& errors() {
  static std::ostream stream(std::cerr.rdbuf());
  return stream;
}

/// Nothing that is printed is seen, but for errors().
void mute() {
  errors();
  std::cerr.rdbuf(nullptr);
  const int nowhere = ::open("/dev/null", O_WRONLY);
  ::dup2(nowhere, STDOUT_FILENO);
  ::close(nowhere);
}

/// Says whether two programs are of one build.
std::string build() {
  const fs::path program = fs::read_symlink("/proc/self/exe");
  const std::string bytes = read_file(program);
  return "tutti " TUTTI_VERSION ", build " + std::to_string(std::hash<std::string>()(bytes));
}

/// Commands that deal out their work; the others are the root's.
bool is_dealt_out(const std::string& command) {
  static const std::set<std::string> all = {"train",   "tune",     "reproduce",
                                            "compare", "evaluate", "predict",
                                            "genre",   "features", "spectrogram"};
  return all.contains(command);
}

std::string line_of(int argc, char** argv) {
  std::string words;
  for (int i = 1; i < argc; ++i) words += (i > 1 ? " " : "") + std::string(argv[i]);
  return words;
}

/// One of this machine's GPUs, or of those that the launcher left, for each of its processes.
void choose_gpu() {
  std::vector<std::string> gpus;
  if (const char* const left = std::getenv("CUDA_VISIBLE_DEVICES")) {
    std::istringstream names(left);
    for (std::string name; std::getline(names, name, ',');) gpus.push_back(name);
  } else {
    while (fs::exists("/dev/nvidia" + std::to_string(gpus.size())))
      gpus.push_back(std::to_string(gpus.size()));
  }
  if (gpus.size() > 1)
    ::setenv("CUDA_VISIBLE_DEVICES",
             gpus[static_cast<std::size_t>(world().local_rank()) % gpus.size()].c_str(), 1);
}

}  // namespace

int fail(const std::string& reason) {
  const World& all = world();
  std::cout.flush();
  const std::string line = printable_lines(reason) + '\n';
  // One write each, or a launcher's words come between.
  if (all.root()) {
    errors() << "tutti: " + line;
  } else {
    std::this_thread::sleep_for(patience);
    errors() << "tutti: rank " + std::to_string(all.rank()) + " on " + all.host() + ": " + line;
  }
  errors().flush();
  if (!all.alone()) {
    std::this_thread::sleep_for(passing_on);
    world().abort(at_fault);
  }
  return at_fault;
}

int run_together(int argc, char** argv, const std::function<int()>& run) {
  try {
    join_world();
    if (world().alone()) return run();
    if (!is_dealt_out(argc > 1 ? argv[1] : "")) {
      const bool root = world().root();
      leave_world();
      return root ? run() : done;
    }
    if (!world().root()) mute();
    expect_same("the build", build());
    expect_same("the command line", line_of(argc, argv));
  } catch (const std::exception& problem) {
    return fail(reason_of(problem));
  }
  choose_gpu();
  const int status = run();
  std::cout.flush();
  const bool root = world().root();
  leave_world();
  return root || status == wrong_usage ? status : done;
}

}  // namespace tutti
