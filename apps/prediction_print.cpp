#include "apps/prediction_print.h"

#include <algorithm>
#include <iomanip>
#include <sstream>

#include "apps/song_report.h"
#include "kernels/support/text.h"

namespace tutti {
namespace {

using nlohmann::json;

/// A song, followed by its windows if they are asked for.
std::vector<const Prediction*> lines(const Prediction& song, bool windows) {
  std::vector<const Prediction*> all = {&song};
  for (const auto& window : song.windows)
    if (windows) all.push_back(&window);
  return all;
}

/// What tells the songs apart: their paths without the folders that they share.
std::size_t shared_folders(const std::vector<Prediction>& songs) {
  std::string shared = songs.empty() ? "" : songs[0].path;
  for (const auto& song : songs) {
    const auto ends =
        std::mismatch(shared.begin(), shared.end(), song.path.begin(), song.path.end());
    shared.erase(ends.first, shared.end());
  }
  return shared.find_last_of('/') + 1;  // 0 if there is none
}

/// The path from a place on, or for a window "  from 0:30".
std::string title(const Prediction& p, std::size_t from) {
  if (!p.path.empty()) return p.path.substr(from);
  return "  from " + minutes(p.start);
}

std::string padded(const std::string& text, std::size_t width) {
  auto points = printable(text);
  points.append(width - std::min(width, columns_of(points)), U' ');
  return encode_utf8(points);
}

std::string joined(const std::vector<std::string>& votes) {
  std::string all;
  for (const auto& genre : votes) all += (all.empty() ? "" : ";") + genre;
  return all;
}

json to_json(const Prediction& p, const std::vector<std::string>& classes) {
  json probabilities;
  for (std::size_t k = 0; k < classes.size(); ++k) probabilities[classes[k]] = p.probabilities[k];
  return {{"genre", p.genre},
          {"probability", p.probability},
          {"probabilities", probabilities},
          {"votes", p.votes}};
}

}  // namespace

std::string minutes(double seconds) {
  const auto whole = static_cast<int>(seconds);
  return std::to_string(whole / 60) + (whole % 60 < 10 ? ":0" : ":") + std::to_string(whole % 60);
}

std::string to_text(const std::vector<Prediction>& predictions, bool windows) {
  const std::size_t from = shared_folders(predictions);
  std::size_t path_width = 4, genre_width = 5;
  for (const auto& song : predictions)
    for (const auto* p : lines(song, windows)) {
      path_width = std::max(path_width, columns_of(printable(title(*p, from))));
      genre_width = std::max(genre_width, columns_of(printable(p->genre)));
    }
  std::ostringstream table;
  table << padded("path", path_width) << "  " << padded("genre", genre_width)
        << "  probability  members' votes\n";
  for (const auto& song : predictions)
    for (const auto* p : lines(song, windows)) {
      table << padded(title(*p, from), path_width) << "  " << padded(p->genre, genre_width) << "  "
            << std::fixed << std::setprecision(4) << std::setw(11) << p->probability << " ";
      for (const auto& genre : p->votes) table << ' ' << encode_utf8(printable(genre));
      table << '\n';
    }
  return table.str();
}

std::string to_csv(const std::vector<Prediction>& predictions,
                   const std::vector<std::string>& classes, bool windows,
                   std::optional<double> min_probability) {
  std::ostringstream csv;
  csv << "path,start,genre,probability,votes";
  for (const auto& genre : classes) csv << ',' << csv_cell(genre);
  csv << '\n';
  for (const auto& song : predictions)
    for (const auto* p : lines(song, windows)) {
      csv << csv_cell(song.path) << ',';
      if (p->path.empty()) csv << p->start;
      const bool named = !min_probability || is_sure(*p, *min_probability);
      csv << ',' << (named ? csv_cell(p->genre) : "") << ',' << p->probability << ','
          << csv_cell(joined(p->votes));
      for (const float probability : p->probabilities) csv << ',' << probability;
      csv << '\n';
    }
  return csv.str();
}

json to_json(const std::vector<Prediction>& predictions, const std::vector<std::string>& classes,
             bool windows) {
  json list = json::array();
  for (const auto& song : predictions) {
    json entry = to_json(song, classes);
    entry["path"] = song.path;
    for (const auto& window : song.windows) {
      if (!windows) break;
      json part = to_json(window, classes);
      part["start"] = window.start;
      entry["windows"].push_back(part);
    }
    list.push_back(entry);
  }
  return list;
}

bool is_sure(const Prediction& song, double min_probability) {
  const double guess = 1.0 / static_cast<double>(song.probabilities.size());
  return song.probability >= min_probability && song.probability > guess + 1e-6;
}

json to_json(const Predictions& found, const std::vector<std::string>& classes,
             const GenreDocument& document) {
  json songs = to_json(found.all, classes, document.windows);
  for (std::size_t i = 0; i < songs.size(); ++i) {
    songs[i]["sure"] = is_sure(found.all[i], document.min_probability);
    json& top = songs[i]["top"] = json::array();
    for (const auto k : likeliest(found.all[i].probabilities, document.top))
      top.push_back({{"genre", classes[k]}, {"probability", found.all[i].probabilities[k]}});
  }
  json result = {{"predictions", songs}};
  add_to(result, found.problems);
  return result;
}

std::string dump(const json& document) {
  return document.dump(2, ' ', false, json::error_handler_t::replace) + '\n';
}

}  // namespace tutti
