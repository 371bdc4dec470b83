#include "apps/together.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>

#include "apps/common.h"
#include "engine/distributed/world.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/text.h"

namespace tutti {
namespace {

namespace fs = std::filesystem;

/// How long the root has to come upon the same error and to say it for all.
constexpr auto patience = std::chrono::seconds(3);

/// Nothing printed here is seen; what is for stderr is kept.
class Muted {
 public:
  Muted() : usual_(std::cerr.rdbuf(said_.rdbuf())) {
    const int nowhere = ::open("/dev/null", O_WRONLY);
    ::dup2(nowhere, STDOUT_FILENO);
    ::close(nowhere);
  }
  ~Muted() { std::cerr.rdbuf(usual_); }

  /// The last line said, which is the error.
  std::string last_line() const {
    std::istringstream lines(said_.str());
    std::string last;
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with("tutti: ")) last = line.substr(7);
    return last;
  }

 private:
  std::ostringstream said_;
  std::streambuf* usual_;
};

/// This program's file: its size and when it was made say whether two are of one build.
std::string build() {
  const fs::path program = fs::read_symlink("/proc/self/exe");
  const std::string bytes = read_file(program);
  return "tutti " TUTTI_VERSION ", build " + std::to_string(std::hash<std::string>()(bytes));
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

int run_as_one(int argc, char** argv, const std::function<int()>& run) {
  try {
    expect_same("the build", build());
    expect_same("the command line", line_of(argc, argv));
  } catch (const Error& problem) {
    std::cerr << "tutti: " << problem.what() << '\n';
    return at_fault;
  }
  choose_gpu();
  return run();
}

}  // namespace

int run_together(int argc, char** argv, const std::function<int()>& run) {
  try {
    join_world();
  } catch (const Error& problem) {
    std::cerr << "tutti: " << printable_lines(problem.what()) << '\n';
    return at_fault;
  }
  if (world().alone()) return run();
  if (world().root()) {
    const int status = run_as_one(argc, argv, run);
    if (status == at_fault) world().abort(status);
    leave_world();
    return status;
  }
  int status = done;
  std::string problem;
  {
    const Muted muted;
    status = run_as_one(argc, argv, run);
    problem = muted.last_line();
  }
  if (status == at_fault) {
    std::this_thread::sleep_for(patience);
    std::cerr << "tutti: rank " << world().rank() << " on " << world().host() << ": " << problem
              << std::endl;
    world().abort(status);
  }
  leave_world();
  return status == wrong_usage ? status : done;
}

}  // namespace tutti
