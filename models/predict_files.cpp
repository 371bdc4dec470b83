#include "models/predict_files.h"

#include <algorithm>

#include "kernels/support/error.h"

namespace tutti {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<fs::path>;

constexpr std::size_t songs_at_once = 8;

template <class T>
void append(std::vector<T>& to, const std::vector<T>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

/// Work on so many files at a time, with progress over all of them.
template <class Work>
void in_groups(const Paths& files, std::size_t at_once, const Progress& progress,
               const Work& work) {
  for (std::size_t first = 0; first < files.size(); first += at_once) {
    const auto end = std::min(first + at_once, files.size());
    work(Paths(files.begin() + static_cast<std::ptrdiff_t>(first),
               files.begin() + static_cast<std::ptrdiff_t>(end)),
         [&](std::int64_t done, std::int64_t total) {
           progress(static_cast<std::int64_t>(first) + done, total);
         });
  }
}

/// The songs that could be read, by their windows' inputs.
std::vector<Prediction> predict_windows(const Run& run, const Paths& songs,
                                        const std::vector<std::vector<Tensor>>& windows,
                                        const std::vector<BadFile>& bad, Vote rule) {
  std::vector<std::string> names;
  std::vector<std::int64_t> counts;
  std::vector<Tensor> inputs;
  for (std::size_t i = 0; i < songs.size(); ++i) {
    if (std::ranges::find(bad, songs[i], &BadFile::path) != bad.end()) continue;
    names.push_back(songs[i].string());
    counts.push_back(static_cast<std::int64_t>(windows[i].size()));
    append(inputs, windows[i]);
  }
  return names.empty() ? std::vector<Prediction>()
                       : run.predict(names, counts, stacked(inputs), rule);
}

void predict_others(const Run& run, const Paths& files, Vote rule, const Progress& progress,
                    Predictions& result) {
  in_groups(files, run.traits().files_at_once, progress,
            [&](const Paths& group, const Progress& count) {
              const NamedInputs read = run.read_files(group, count);
              const std::vector<std::int64_t> one_each(read.names.size(), 1);
              append(result.all, run.predict(read.names, one_each, read.inputs, rule));
              append(result.problems.bad, read.bad);
            });
}

void predict_songs(const Run& run, const Paths& songs, Vote rule, const Progress& progress,
                   Predictions& result) {
  if (songs.empty()) return;
  const Preprocessor input_of = run.preprocessor();
  in_groups(songs, songs_at_once, progress, [&](const Paths& group, const Progress& count) {
    std::vector<std::vector<Tensor>> windows(group.size());
    const SongProblems found = read_songs(
        group, run.traits().windows,
        [&](std::size_t song, std::size_t, const std::vector<float>& samples) {
          windows[song].push_back(input_of(samples));
        },
        count);
    append(result.all, predict_windows(run, group, windows, found.bad, rule));
    append(result.problems.bad, found.bad);
    append(result.problems.warnings, found.warnings);
  });
}

}  // namespace

Sources find_sources(const std::vector<std::string>& paths, InputFiles takes) {
  Sources sources;
  for (const fs::path path : paths) {
    std::error_code ignored;
    if (!fs::is_directory(path, ignored)) {
      const bool song = takes == InputFiles::none || is_media(path, Media::songs);
      (song ? sources.songs : sources.others).push_back(path);
      continue;
    }
    try {
      append(sources.songs, find_media(path, Media::songs));
    } catch (const Error&) {
      if (takes != InputFiles::pictures) throw;
      append(sources.others, find_media(path, Media::pictures));
    }
  }
  return sources;
}

Predictions predict_files(const Run& run, const Sources& sources, Vote rule,
                          const Progress& progress) {
  Predictions result;
  const auto others = static_cast<std::int64_t>(sources.others.size()),
             total = others + static_cast<std::int64_t>(sources.songs.size());
  const auto count_from = [&](std::int64_t start) {
    return [&, start](std::int64_t done, std::int64_t) {
      if (progress) progress(start + done, total);
    };
  };
  predict_others(run, sources.others, rule, count_from(0), result);
  predict_songs(run, sources.songs, rule, count_from(others), result);
  return result;
}

}  // namespace tutti
