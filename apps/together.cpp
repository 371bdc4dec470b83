#include "apps/together.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <set>
#include <string>
#include <thread>

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

/// One of the machine's GPUs for each of its processes, unless the launcher has chosen.
void choose_gpu() {
  int count = 0;
  while (fs::exists("/dev/nvidia" + std::to_string(count))) ++count;
  if (count > 1)
    ::setenv("CUDA_VISIBLE_DEVICES", std::to_string(world().local_rank() % count).c_str(), 0);
}

}  // namespace

int fail(const std::string& reason) {
  const World& all = world();
  std::cout.flush();
  if (all.root()) {
    errors() << "tutti: " << printable_lines(reason) << std::endl;
  } else {
    std::this_thread::sleep_for(patience);
    errors() << "tutti: rank " << all.rank() << " on " << all.host() << ": "
             << printable_lines(reason) << std::endl;
  }
  if (!all.alone()) world().abort(at_fault);
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
