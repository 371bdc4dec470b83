#include "apps/common.h"
#include "apps/help.h"

namespace tutti {

std::unique_ptr<CLI::App> make_program(const std::string& version, int& status) {
  auto program = std::make_unique<CLI::App>(
      "tutti names the genre of music, and trains the networks that do.", "tutti");
  program->set_version_flag("--version", "tutti " + version);
  program->require_subcommand(1);
  program->formatter(std::make_shared<HelpFormatter>());
  program->get_formatter()->label("Positionals", "Arguments");

  add_train(*program, status);
  add_evaluate(*program, status);
  add_genre(*program, status);
  add_serve(*program, status);
  add_predict(*program, status);
  add_tune(*program, status);
  add_report(*program, status);
  add_reproduce(*program, status);
  add_compare(*program, status);
  add_features(*program, status);
  add_spectrogram(*program, status);
  add_pack(*program, status);
  add_audit(*program, status);
  add_synth(*program, status);
  add_inspect(*program, status);
  add_run(*program, status);
  add_devices(*program, status);
  // Commands would take it over if it were set before.
  program->footer(
      "Name songs, or try training without data:\n"
      "  tutti genre song.mp3\n"
      "  tutti synth --out songs\n"
      "  tutti train ensemble --data songs/genres --out run\n"
      "  tutti predict run songs/audio/thud\n\n"
      "tutti COMMAND --help shows every option with its default.");
  refuse_odd_words(*program);
  return program;
}

}  // namespace tutti
