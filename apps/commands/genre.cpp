#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <memory>
#include <sstream>

#include "apps/common.h"
#include "apps/playlists.h"
#include "apps/prediction_print.h"
#include "apps/progress.h"
#include "apps/run_directory.h"
#include "apps/song_report.h"
#include "datasets/genre_tag.h"
#include "engine/distributed/of_root.h"
#include "engine/distributed/world.h"
#include "kernels/support/text.h"
#include "models/predict_files.h"
#include "models/pretrained.h"

namespace tutti {
namespace {

namespace fs = std::filesystem;

struct GenreOptions {
  CommonOptions common;
  std::string run = "pretrained", playlists;
  std::vector<std::string> paths;
  std::size_t top = 3;
  double min_probability = 0;
  bool windows = false, csv = false, write_tags = false, dry_run = false;
};

/// "jazz 62 %   blues 21 %   pop 9 %"
std::string ranking(const GenreOptions& o, const Prediction& p,
                    const std::vector<std::string>& classes) {
  std::ostringstream line;
  if (!is_sure(p, o.min_probability)) line << "not sure: ";
  for (const auto k : likeliest(p.probabilities, o.top))
    line << encode_utf8(printable(classes[k])) << ' ' << std::lround(100 * p.probabilities[k])
         << " %   ";
  std::string text = line.str();
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

void print_text(const GenreOptions& o, const std::vector<Prediction>& songs,
                const std::vector<std::string>& classes) {
  for (const auto& song : songs) {
    std::cout << encode_utf8(printable(song.path)) << '\n'
              << "    " << ranking(o, song, classes) << '\n';
    if (!o.windows) continue;
    for (const auto& window : song.windows)
      std::cout << std::setw(10) << minutes(window.start) << "  " << ranking(o, window, classes)
                << '\n';
  }
}

/// Sets the tags of the songs, or says what it would set; those that cannot be are among the bad.
void tag(const GenreOptions& o, const std::vector<Prediction>& songs, SongProblems& problems) {
  for (const auto& song : songs) try {
      const std::string old = read_genre_tag(song.path);
      if (old == song.genre) continue;
      if (o.dry_run)
        std::cerr << encode_utf8(printable(song.path)) << ": would change its genre from '"
                  << encode_utf8(printable(old)) << "' to '" << encode_utf8(printable(song.genre))
                  << "'\n";
      else
        write_genre_tag(song.path, song.genre);
    } catch (const Error& problem) {
      problems.bad.push_back({song.path, problem.what()});
    }
}

int name_genres(const GenreOptions& o) {
  const Run run(run_folder(o.run), o.common.prepare());
  note_unfinished(run);
  const Sources sources = of_root([&] { return find_sources(o.paths, InputFiles::none); });
  ProgressBar bar("listening ", "songs", o.common.quiet);
  Predictions found = predict_files(
      run, sources, Vote::mean, [&](std::int64_t n, std::int64_t total) { bar.update(n, total); });
  bar.clear();
  if (!world().root()) return done;

  std::vector<Prediction> sure;
  std::ranges::copy_if(found.all, std::back_inserter(sure),
                       [&](const Prediction& p) { return is_sure(p, o.min_probability); });
  if (o.write_tags || o.dry_run) tag(o, sure, found.problems);
  if (!o.playlists.empty())
    for (const auto& song : write_playlists(o.playlists, sure)) found.problems.bad.push_back(song);
  if (o.common.json)
    std::cout << dump(to_json(found, run.classes(), {o.windows, o.top, o.min_probability}));
  else if (o.csv)
    std::cout << to_csv(found.all, run.classes(), o.windows, o.min_probability);
  else
    print_text(o, found.all, run.classes());
  tell(found.problems);
  return found.problems.bad.empty() ? done : at_fault;
}

}  // namespace

void add_genre(CLI::App& program, int& status) {
  auto* command =
      program.add_subcommand("genre", "Name the genre of your music, with the built-in model");
  command->footer(
      "Songs may be wav, au, flac, ogg, mp3 and whatever else libsndfile reads.\n\n"
      "  tutti genre song.mp3\n"
      "  tutti genre ~/Music --playlists by-genre\n"
      "  tutti genre ~/Music --min-probability 0.5 --write-tags --dry-run");
  const auto o = std::make_shared<GenreOptions>();
  command->add_option("PATH", o->paths, "Songs, or folders of them, however deep")->required();
  command
      ->add_option("--run", o->run,
                   "The model: the folder of a run, or pretrained, the built-in one")
      ->type_name("RUN")
      ->capture_default_str();
  command->add_option("--top", o->top, "So many of the likeliest genres")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command
      ->add_option("--min-probability", o->min_probability,
                   "A song whose likeliest genre is less likely is one that the model is not sure "
                   "of: no playlist, no tag")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_flag("--windows", o->windows, "Also show each window of 30 s");
  command->add_option("--playlists", o->playlists, "Write a playlist (.m3u8) of each genre to DIR")
      ->type_name("DIR");
  command->add_flag("--write-tags", o->write_tags,
                    "Write the likeliest genre into each song's tags; nothing else in it changes");
  command->add_flag("--dry-run", o->dry_run, "Only say what --write-tags would change");
  o->common.add_to(*command);
  command->add_flag("--csv", o->csv, "Print CSV instead of text")
      ->excludes(command->get_option("--json"));
  command->callback([o, &status] { status = name_genres(*o); });
}

}  // namespace tutti
