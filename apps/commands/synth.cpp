#include "datasets/audio/synth/synth.h"

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/common.h"
#include "apps/progress.h"

namespace tutti {
namespace {

struct SynthCommand {
  CommonOptions common;
  std::string out;
  SynthOptions options;
};

int synth(const SynthCommand& o) {
  o.common.prepare();
  ProgressBar bar("composing ", "songs", o.common.quiet);
  write_synthetic_songs(o.out, o.options,
                        [&](std::int64_t n, std::int64_t total) { bar.update(n, total); });
  bar.clear();
  const std::filesystem::path out(o.out);
  const auto songs =
      o.options.songs_per_genre * static_cast<std::int64_t>(synthetic_genres().size());
  if (o.common.json) {
    nlohmann::json document = {{"songs", songs},
                               {"genres", synthetic_genres()},
                               {"spectrograms", (out / "genres").string()}};
    if (o.options.audio) document["audio"] = (out / "audio").string();
    std::cout << document.dump(2) << '\n';
  } else {
    std::cout << songs << " songs of " << synthetic_genres().size()
              << " invented genres: spectrograms in " << (out / "genres").string();
    if (o.options.audio) std::cout << ", songs to listen to in " << (out / "audio").string();
    std::cout << '\n';
  }
  return done;
}

}  // namespace

void add_synth(CLI::App& program, int& status) {
  auto* command = program.add_subcommand(
      "synth", "Compose songs of ten invented genres, to try tutti without data");
  const auto o = std::make_shared<SynthCommand>();
  command->add_option("--out", o->out, "Folder for audio/<genre>/*.wav and genres/<genre>/*.png")
      ->required()
      ->type_name("DIR");
  command->add_option("--songs", o->options.songs_per_genre, "Songs of each of the ten genres")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command->add_option("--seconds", o->options.seconds, "Length of a song")
      ->check(CLI::Range(1.0, 600.0))
      ->capture_default_str();
  command->add_option("--seed", o->options.seed, "Seed of the songs")->capture_default_str();
  command->add_flag_callback(
      "--no-audio", [o] { o->options.audio = false; }, "Only spectrograms, no wav files");
  o->common.add_to(*command);
  command->callback([o, &status] { status = synth(*o); });
}

}  // namespace tutti
