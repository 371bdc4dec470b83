#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

#include "apps/common.h"
#include "apps/together.h"
#include "kernels/support/error.h"

namespace {

/// Closed standard descriptors would be given to the next files opened, and what is printed would
/// land there. This way writing to a closed stdout still fails.
void reserve_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(fd, F_GETFD) < 0) ::open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
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
  CLI::App program{"tutti names the genre of music, and trains the networks that do."};
  program.set_version_flag("--version", "tutti " TUTTI_VERSION);
  program.require_subcommand(1);
  program.get_formatter()->column_width(34);

  int status = tutti::done;
  tutti::add_train(program, status);
  tutti::add_evaluate(program, status);
  tutti::add_genre(program, status);
  tutti::add_serve(program, status);
  tutti::add_predict(program, status);
  tutti::add_tune(program, status);
  tutti::add_report(program, status);
  tutti::add_reproduce(program, status);
  tutti::add_compare(program, status);
  tutti::add_features(program, status);
  tutti::add_spectrogram(program, status);
  tutti::add_pack(program, status);
  tutti::add_audit(program, status);
  tutti::add_synth(program, status);
  tutti::add_inspect(program, status);
  tutti::add_run(program, status);
  tutti::add_devices(program, status);
  // Commands would take it over if it were set before.
  program.footer(
      "Try it without data:\n"
      "  tutti synth --out songs\n"
      "  tutti train ensemble --data songs/genres --out run\n"
      "  tutti predict run songs/audio/thud\n\n"
      "tutti COMMAND --help shows every option with its default.");
  const auto commands = program.get_subcommands([](const CLI::App*) { return true; });
  if (argc > 1 && argv[1][0] != '-' && std::none_of(commands.begin(), commands.end(), [&](auto* c) {
        return c->check_name(argv[1]);
      })) {
    std::cerr << "tutti: there is no command '" << argv[1] << "'; tutti --help lists them\n";
    return tutti::wrong_usage;
  }
  tutti::refuse_odd_words(program);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return program.exit(problem) == 0 ? tutti::done : tutti::wrong_usage;
  } catch (const std::exception& problem) {
    return tutti::fail(tutti::reason_of(problem));
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  reserve_descriptors();
  return with_output_written(tutti::run_together(argc, argv, [&] { return run(argc, argv); }));
}
