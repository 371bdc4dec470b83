#include <algorithm>
#include <iostream>

#include "apps/common.h"
#include "kernels/support/error.h"
#include "kernels/support/text.h"

int main(int argc, char** argv) {
  CLI::App program{"tutti names the genre of music, and trains the networks that do."};
  program.set_version_flag("--version", "tutti " TUTTI_VERSION);
  program.require_subcommand(1);
  program.get_formatter()->column_width(34);

  int status = tutti::done;
  tutti::add_train(program, status);
  tutti::add_evaluate(program, status);
  tutti::add_genre(program, status);
  tutti::add_predict(program, status);
  tutti::add_tune(program, status);
  tutti::add_reproduce(program, status);
  tutti::add_features(program, status);
  tutti::add_spectrogram(program, status);
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
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return program.exit(problem) == 0 ? tutti::done : tutti::wrong_usage;
  } catch (const std::exception& problem) {
    std::cerr << "tutti: " << tutti::printable_lines(problem.what()) << '\n';
    return tutti::at_fault;
  }
  return status;
}
