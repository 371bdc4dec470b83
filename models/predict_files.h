#pragma once
#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

#include "datasets/audio/songs.h"
#include "models/run.h"

/// The genres of files. Memory holds the inputs of some of them at a time.
namespace tutti {

/// Files by what they hold: songs, and what a run's model takes besides them.
struct Sources {
  std::vector<std::filesystem::path> songs, others;
};
inline auto message_parts(Sources& s) { return std::tie(s.songs, s.others); }

/// Of a folder its songs, or if it has none and the model takes pictures, its pictures. Of files
/// those that are not songs are the others, if the model takes any. An Error if there is no such
/// folder or nothing in it.
Sources find_sources(const std::vector<std::string>& paths, InputFiles takes);

struct Predictions {
  std::vector<Prediction> all;
  SongProblems problems;  // of the files that are not among them
};

/// The others first, then the songs, in windows of 30 s that vote. `progress` counts files. An
/// Error if a file was made otherwise than what the model was trained on, or if it is not known how
/// that was made from songs. Of all processes of the world, to which files are dealt out; the root
/// returns the predictions.
Predictions predict_files(const Run& run, const Sources& sources, Vote rule = Vote::mean,
                          const Progress& progress = {});

}  // namespace tutti
