#include "datasets/feature_table.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "datasets/audio/song_statistics.h"
#include "datasets/csv.h"
#include "datasets/fingerprint.h"
#include "datasets/pack/notes.h"
#include "datasets/pack/pack.h"
#include "datasets/pack/unpack.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/text.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t largest_table = 256 << 20;

std::string read_table(const fs::path& path) {
  std::error_code problem;
  const auto bytes = fs::file_size(path, problem);
  if (problem)
    throw Error("cannot read ", path.string(), ": ", problem.message(),
                "; a CSV file of features is wanted");
  if (bytes > largest_table)
    throw Error(path.string(), " has ", bytes, " bytes; at most ", largest_table, " can be read");
  return read_file(path);
}

/// Text from a file as a message shows it: short and on one line.
std::string shown(std::string_view text) {
  constexpr std::size_t longest = 40;
  std::string line(text.substr(0, longest));
  for (char& c : line)
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  return "'" + line + (text.size() > longest ? "…'" : "'");
}

std::string listed(const std::vector<std::string>& columns) {
  constexpr std::size_t most = 30;
  std::string list = columns.size() == 1 ? "column " : "columns ";
  for (std::size_t i = 0; i < std::min(columns.size(), most); ++i)
    list += (i == 0 ? "" : ", ") + shown(columns[i]);
  return columns.size() > most ? list + " and " + std::to_string(columns.size() - most) + " more"
                               : list;
}

/// Which cell of a row holds what.
struct Header {
  std::size_t cells = 0;
  std::vector<std::size_t> features;       // in the order of feature_names(set)
  std::optional<std::size_t> label, name;  // nothing: not there, or a label that is not wanted
};

/// What stands where in the first line. `where` is that line, for Errors.
Header read_header(const CsvRow& row, const std::string& where, bool labeled, FeatureSet set) {
  std::map<std::string, std::size_t> columns;
  for (std::size_t i = 0; i < row.cells.size(); ++i)
    if (std::string column(trimmed(row.cells[i])); !columns.emplace(column, i).second)
      throw Error(where, "names the column ", shown(column), " twice; remove one of them");

  const auto take = [&columns](const std::string& column) -> std::optional<std::size_t> {
    const auto node = columns.extract(column);
    return node ? std::optional(node.mapped()) : std::nullopt;
  };
  Header header{row.cells.size(), {}, take("label"), take("filename")};
  std::vector<std::string> missing, unknown;
  for (const auto& feature : feature_names(set))
    if (const auto cell = take(feature))
      header.features.push_back(*cell);
    else
      missing.push_back(feature);
  if (labeled && !header.label) missing.push_back("label");
  if (!labeled) header.label.reset();
  for (const auto& [column, cell] : columns) unknown.push_back(column);

  const std::string wanted = "; it has to name the " + std::to_string(feature_names(set).size()) +
                             (set == FeatureSet::librosa ? " features" : " statistics") +
                             ", 'label' and, if you like, 'filename'";
  if (!missing.empty()) throw Error(where, "lacks the ", listed(missing), wanted);
  if (!unknown.empty()) throw Error(where, "has the unknown ", listed(unknown), wanted);
  return header;
}

/// A number in a C program's spelling, whatever the locale; out of range is infinite.
std::optional<double> parse_number(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem == std::errc::invalid_argument || end != text.data() + text.size())
    return std::nullopt;
  return problem == std::errc{} ? value : std::numeric_limits<double>::infinity();
}

/// A feature's cell as a number. `where` is its line, for Errors.
float feature_value(const std::string& cell, const std::string& feature, const std::string& where) {
  const auto text = trimmed(cell);
  const auto value = parse_number(text);
  if (value && std::abs(*value) <= std::numeric_limits<float>::max())
    return static_cast<float>(*value);
  throw Error(where, "column '", feature, "' ",
              text.empty() ? "is empty"
              : value      ? "holds " + shown(text) + ", which is not finite in single precision"
                           : "holds " + shown(text) + ", which is not a number",
              "; a number is wanted, as in -1.5 or 2e3");
}

std::string label_text(const std::string& cell, const std::string& where) {
  const auto text = trimmed(cell);
  if (text.empty())
    throw Error(where, "column 'label' is empty; the song's genre is wanted, or remove the row");
  return as_utf8(text);
}

/// The rows read so far.
struct Songs {
  std::vector<std::string> names;
  std::vector<float> values;
  std::vector<std::string> labels;  // none if they are not wanted
};

void add_song(Songs& songs, const CsvRow& row, const Header& header,
              const std::vector<std::string>& features, const std::string& where) {
  if (row.cells.size() != header.cells)
    throw Error(where, "has ", row.cells.size(), row.cells.size() == 1 ? " cell" : " cells",
                "; the header has ", header.cells);
  for (std::size_t i = 0; i < header.features.size(); ++i)
    songs.values.push_back(feature_value(row.cells[header.features[i]], features[i], where));
  songs.names.push_back(header.name ? row.cells[*header.name] : "line " + std::to_string(row.line));
  if (header.label) songs.labels.push_back(label_text(row.cells[*header.label], where));
}

void set_classes(FeatureTable& table, const std::vector<std::string>& labels,
                 const fs::path& path) {
  const std::set<std::string> classes(labels.begin(), labels.end());
  if (classes.size() == 1)
    throw Error(path.string(), ": column 'label' is ", shown(labels[0]),
                " in every row; telling genres apart takes at least two");
  table.classes.assign(classes.begin(), classes.end());
  for (const auto& label : labels)
    table.labels.push_back(
        static_cast<std::int32_t>(std::distance(classes.begin(), classes.find(label))));
  if (table.classes == std::vector<std::string>{"1", "2"}) table.classes = {"pop", "classical"};
}

FeatureTable parse_table(const std::string& text, const fs::path& path, bool labeled,
                         FeatureSet set) {
  const auto where = [&path](const CsvRow& row) {
    return path.string() + ", line " + std::to_string(row.line) + ": ";
  };
  CsvReader reader(text, path.string());
  const auto first = reader.next();
  if (!first) throw Error(path.string(), " is empty; a table of features is wanted");
  const Header header = read_header(*first, where(*first), labeled, set);
  Songs songs;
  while (const auto row = reader.next())
    add_song(songs, *row, header, feature_names(set), where(*row));
  if (songs.names.empty())
    throw Error(path.string(), " names its columns but has no songs; add rows");

  FeatureTable table;
  table.set = set;
  table.names = std::move(songs.names);
  table.values = Tensor::from({static_cast<std::int64_t>(table.names.size()),
                               static_cast<std::int64_t>(feature_names(set).size())},
                              songs.values);
  if (labeled) set_classes(table, songs.labels, path);
  return table;
}

std::string fingerprint_of(const FeatureTable& table) {
  std::uint64_t hash = fnv_start;
  for (const auto& name : table.names) hash = fnv(name + '\0', hash);
  for (const auto label : table.labels)
    hash = fnv(table.classes[static_cast<std::size_t>(label)] + '\0', hash);
  const auto* const bytes = reinterpret_cast<const char*>(table.values.data<float>());
  return hex(fnv({bytes, static_cast<std::size_t>(table.values.size()) * sizeof(float)}, hash));
}

}  // namespace

const std::vector<std::string>& feature_names(FeatureSet set) {
  static const auto names = [] {
    std::istringstream list(
        "tempo beats chroma_stft rmse spectral_centroid spectral_bandwidth rolloff "
        "zero_crossing_rate mfcc1 mfcc2 mfcc3 mfcc4 mfcc5 mfcc6 mfcc7 mfcc8 mfcc9 mfcc10 mfcc11 "
        "mfcc12 mfcc13 mfcc14 mfcc15 mfcc16 mfcc17 mfcc18 mfcc19 mfcc20");
    return std::vector<std::string>{std::istream_iterator<std::string>(list), {}};
  }();
  return set == FeatureSet::librosa ? names : statistic_names();
}

FeatureSet feature_set_of_table(const fs::path& table) {
  const Notes notes = notes_of_table(table);
  if (!notes || !notes.values.contains("set")) return FeatureSet::librosa;
  return notes.word<FeatureSet>("set");
}

FeatureTable load_feature_table(const fs::path& path, bool labeled, FeatureSet set) {
  const bool packed = is_pack(path);
  const std::string text = packed ? "" : read_table(path);
  if (const auto held = feature_set_of_table(path); held != set)
    throw Error(path.string(), " holds the feature set ", name(held), "; ", name(set),
                " is wanted, as of tutti features --set ", name(set));
  FeatureTable table =
      packed ? unpack_table(open_pack(path), set) : parse_table(text, path, labeled, set);
  if (!labeled) {
    table.classes.clear();
    table.labels.clear();
  }
  table.fingerprint = fingerprint_of(table);
  return table;
}

}  // namespace tutti
