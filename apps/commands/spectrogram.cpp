#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/common.h"
#include "apps/progress.h"
#include "apps/song_report.h"
#include "datasets/song_pictures.h"
#include "engine/distributed/of_root.h"
#include "engine/distributed/world.h"

namespace tutti {
enum class Bands { of_pictures, mel128 };
template <>
inline constexpr EnumNames<Bands> enum_names<Bands> = {
    "a set of bands", {{Bands::of_pictures, "127"}, {Bands::mel128, "mel128"}}};

namespace {

struct SpectrogramCommand {
  CommonOptions common;
  std::string audio, out;
  FrequencyScale scale = FrequencyScale::mel;
  Bands bands = Bands::of_pictures;
};

int spectrogram(const SpectrogramCommand& o) {
  o.common.prepare();
  const auto scale = o.bands == Bands::mel128         ? PictureScale::mel128
                     : o.scale == FrequencyScale::mel ? PictureScale::mel
                                                      : PictureScale::linear;
  expect_another("--out", o.out, o.audio);
  const GenreTree songs = of_root([&] { return find_genre_tree(o.audio, Media::songs); });
  ProgressBar bar("listening ", "songs", o.common.quiet);
  const SongProblems problems =
      write_song_pictures(o.out, o.audio, songs, scale,
                          [&](std::int64_t n, std::int64_t total) { bar.update(n, total); });
  bar.clear();
  if (!world().root()) return done;
  tell(problems);
  const auto count = songs.paths.size() - problems.bad.size();
  if (o.common.json) {
    nlohmann::json document = {{"songs", count},
                               {"genres", songs.genres},
                               {"scale", name(scale)},
                               {"spectrograms", o.out}};
    add_to(document, problems);
    std::cout << document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  } else {
    std::cout << count << " songs of " << songs.genres.size() << " genres: " << o.out
              << (scale == PictureScale::mel128
                      ? "\n"
                      : "; next: tutti train ensemble --data " + o.out + " --out RUN\n");
  }
  return problems.bad.empty() ? done : at_fault;
}

}  // namespace

void add_spectrogram(CLI::App& program, int& status) {
  auto* command = program.add_subcommand(
      "spectrogram",
      "Make pictures of songs, to train on\n"
      "The first 30 s of each become 127 frequencies x 2900 times, for an ensemble, or librosa's\n"
      "128 mel bands x 775 times, for MelCnns. Songs may be wav, au, flac, ogg, or mp3.");
  const auto o = std::make_shared<SpectrogramCommand>();
  command->add_option("AUDIO_DIR", o->audio, "The songs: AUDIO_DIR/<genre>/*.wav")->required();
  command
      ->add_option("--out", o->out,
                   "Folder for <genre>/resizedNNN.png, or with mel128 <genre>/<song>.png; its "
                   "spectrogram.json says how they were made")
      ->required()
      ->type_name("GENRES_DIR");
  auto* scale = add_words(*command, "--scale", o->scale,
                          "How frequencies lie from 0 to 11 025 Hz: mel (as one hears) or linear");
  add_words(*command, "--bands", o->bands,
            "127 frequencies x 2900 times, or mel128: librosa's 128 mel bands, 775 times in 30 s, "
            "fewer for shorter songs")
      ->excludes(scale);
  o->common.add_to(*command);
  command->callback([o, &status] { status = spectrogram(*o); });
}

}  // namespace tutti
