#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/common.h"
#include "apps/progress.h"
#include "apps/song_report.h"
#include "datasets/feature_table.h"
#include "datasets/song_table.h"
#include "engine/distributed/of_root.h"
#include "engine/distributed/world.h"

namespace tutti {
namespace {

struct FeaturesCommand {
  CommonOptions common;
  std::string audio, out;
  LibrosaVersion librosa_version = LibrosaVersion::v0_11;
  FeatureSet set = FeatureSet::librosa;
};

int features(const FeaturesCommand& o) {
  o.common.prepare();
  const bool statistics = o.set == FeatureSet::statistics;
  const Media media = statistics ? media_of_tree(o.audio) : Media::songs;
  const GenreTree songs = of_root([&] { return find_genre_tree(o.audio, media); });
  for (const auto& song : songs.paths)
    expect_another("--out", o.out, std::filesystem::path(o.audio) / song);
  ProgressBar bar("listening ", "songs", o.common.quiet);
  const auto progress = [&](std::int64_t n, std::int64_t total) { bar.update(n, total); };
  const SongProblems problems =
      statistics ? write_statistics_table(o.out, o.audio, songs, media, progress)
                 : write_song_table(o.out, o.audio, songs, o.librosa_version, progress);
  bar.clear();
  if (!world().root()) return done;
  tell(problems);
  const auto count = songs.paths.size() - problems.bad.size();
  if (o.common.json) {
    nlohmann::json document = {
        {"songs", count}, {"genres", songs.genres}, {"set", name(o.set)}, {"features", o.out}};
    if (!statistics) document["compat"] = name(o.librosa_version);
    add_to(document, problems);
    std::cout << document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  } else {
    std::cout << count << " songs of " << songs.genres.size() << " genres: " << o.out
              << (statistics ? "\n" : "; next: tutti train lstm --data " + o.out + " --out RUN\n");
  }
  return problems.bad.empty() ? done : at_fault;
}

}  // namespace

void add_features(CLI::App& program, int& status) {
  auto* command = program.add_subcommand("features",
                                         "Make a table of songs' features, to train on\n"
                                         "The first 30 s of each become 28 features, for an LSTM "
                                         "or RNN, or 800 statistics. Songs may\n"
                                         "be wav, au, flac, ogg, or mp3.");
  const auto o = std::make_shared<FeaturesCommand>();
  command
      ->add_option("AUDIO_DIR", o->audio,
                   "The songs: AUDIO_DIR/<genre>/*.wav; for statistics also a tree of mel pictures")
      ->required();
  command
      ->add_option("--out", o->out, "The table; FEATURES.csv.json beside it says how it was made")
      ->required()
      ->type_name("FEATURES.csv");
  add_words(*command, "--set", o->set,
            "librosa: the 28 features; statistics: 800 of a mel picture, as of tutti spectrogram "
            "--bands mel128");
  add_words(*command, "--compat", o->librosa_version,
            "The version of librosa whose 28 features to give: 0.11, or 0.6 as in the published "
            "tables");
  o->common.add_to(*command);
  command->callback([o, &status] { status = features(*o); });
}

}  // namespace tutti
