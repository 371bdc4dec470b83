#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>

#include "apps/common.h"
#include "apps/together.h"
#include "kernels/support/error.h"

namespace tutti {
extern const char* const version_and_commit;  // cmake/commit.cmake writes it
}

namespace {

/// Closed standard descriptors would be given to the next files opened, and what is printed would
/// land there. This way writing to a closed stdout still fails.
void reserve_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(fd, F_GETFD) < 0) ::open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
}

/// Fonts that a package brings, so that charts have letters where none are installed.
void offer_fonts() {
  std::error_code unknown;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", unknown).parent_path();
  const auto fonts = program / "../share/tutti/fonts/fonts.conf";
  if (std::filesystem::exists(fonts, unknown)) ::setenv("FONTCONFIG_FILE", fonts.c_str(), 0);
}

/// The status of a program whose output has arrived, or at_fault if it has not.
int with_output_written(int status) {
  std::cout.flush();
  if (std::cout && std::fflush(stdout) == 0) return status;
  // The reason may be long gone, so it is asked for again.
  const std::string reason = ::write(STDOUT_FILENO, "\n", 1) < 0 ? std::strerror(errno) : "failed";
  std::cerr << "tutti: cannot write to standard output: " << reason << '\n';
  return tutti::at_fault;
}

int run(int argc, char** argv) {
  int status = tutti::done;
  const auto program = tutti::make_program(tutti::version_and_commit, status);
  const auto commands = program->get_subcommands([](const CLI::App*) { return true; });
  if (argc > 1 && argv[1][0] != '-' && std::none_of(commands.begin(), commands.end(), [&](auto* c) {
        return c->check_name(argv[1]);
      })) {
    std::cerr << "tutti: there is no command '" << argv[1] << "'; tutti --help lists them\n";
    return tutti::wrong_usage;
  }
  try {
    program->parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return program->exit(problem) == 0 ? tutti::done : tutti::wrong_usage;
  } catch (const std::exception& problem) {
    return tutti::fail(tutti::reason_of(problem));
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  reserve_descriptors();
  offer_fonts();
  return with_output_written(tutti::run_together(argc, argv, [&] { return run(argc, argv); }));
}
