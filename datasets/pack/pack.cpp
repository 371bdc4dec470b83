#include "datasets/pack/pack.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <unordered_set>

#include "datasets/decoding/picture_decoder.h"
#include "datasets/pack/format.h"
#include "engine/mapped_file.h"
#include "kernels/support/json_text.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

std::string_view bytes_of(const Tensor& bytes) {
  return {reinterpret_cast<const char*>(bytes.data<std::uint8_t>()),
          static_cast<std::size_t>(bytes.size())};
}

/// Takes an index apart from its beginning on. Nothing is allocated that it does not hold.
class IndexBytes {
 public:
  explicit IndexBytes(std::string_view bytes) : rest_(bytes) {}

  bool ended() const { return rest_.empty(); }

  std::string_view take(std::uint64_t bytes) {
    if (bytes > rest_.size()) throw Error("its index is cut short");
    const auto taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }
  template <class T>
  std::vector<T> array(std::uint64_t count) {
    if (count > rest_.size() / sizeof(T)) throw Error("its index is cut short");
    std::vector<T> values(count);
    const auto bytes = take(count * sizeof(T));
    std::copy_n(bytes.data(), bytes.size(), reinterpret_cast<char*>(values.data()));
    return values;
  }
  std::string text() {
    const auto end = rest_.find('\0');
    if (end == std::string_view::npos) throw Error("its index ends within a name");
    const auto bytes = take(end + 1);
    return std::string(bytes.substr(0, end));
  }

 private:
  std::string_view rest_;
};

pack_format::Preamble preamble_of(std::string_view file) {
  pack_format::Preamble p;
  if (!file.starts_with(pack_format::magic)) throw Error("it is not a pack made by tutti pack");
  if (file.size() < pack_format::data_begin) throw Error("it is cut short");
  std::memcpy(&p, file.data(), sizeof p);
  if (p.version != pack_format::version)
    throw Error("it is of version ", p.version, "; version ", pack_format::version,
                " is read: pack the data again");
  if (p.index_begin < pack_format::data_begin || p.index_begin > file.size() ||
      p.index_bytes != file.size() - p.index_begin)
    throw Error("it has ", file.size(), " bytes, but its index begins at byte ", p.index_begin,
                " and has ", p.index_bytes, ": it is cut short, or there is something behind it");
  if (p.header_bytes > pack_format::longest_header)
    throw Error("its header has ", p.header_bytes, " bytes; at most ", pack_format::longest_header,
                " are read");
  if (fnv(file.substr(p.index_begin)) != p.index_checksum)
    throw Error("its index is damaged; pack the data again");
  return p;
}

/// Fills in what the header says; the number of examples.
std::uint64_t read_pack_header(std::string_view text, PackIndex& index) {
  const auto header = parse_json(std::string(text), "its header");
  try {
    index.kind = from_name<PackKind>(header.at("kind").get<std::string>());
    index.classes = header.at("classes").get<std::vector<std::string>>();
    index.notes = header.at("notes");
    if (!index.notes.is_null() && !index.notes.is_object()) throw Error("'notes' is not an object");
    const auto& examples = header.at("examples");
    if (!examples.is_number_unsigned()) throw Error("'examples' is not a whole number");
    return examples.get<std::uint64_t>();
  } catch (const std::exception& problem) {
    throw Error("its header does not say what it holds: ", reason_of(problem));
  }
}

void expect_classes(const PackIndex& index) {
  const auto& classes = index.classes;
  if (classes.size() < 2)
    throw Error("it has ", classes.size(), " classes; telling genres apart takes at least two");
  std::unordered_set<std::string_view> seen;
  for (const auto& one : classes)
    if (one.empty() || !seen.insert(one).second) throw Error("a class has no name of its own");
  std::vector<bool> used(classes.size());
  for (std::size_t i = 0; i < index.labels.size(); ++i) {
    const auto label = index.labels[i];
    if (label < 0 || static_cast<std::size_t>(label) >= classes.size())
      throw Error("example ", i, " has the label ", label, " of ", classes.size(), " classes");
    used[static_cast<std::size_t>(label)] = true;
  }
  const auto unused = std::ranges::find(used, false);
  if (unused != used.end()) throw Error("class ", unused - used.begin(), " has no example");
}

void expect_pictures(const PackIndex& index, std::uint64_t data_bytes) {
  std::unordered_set<std::string_view> seen;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < index.shapes.size(); ++i) try {
      if (index.names[i].empty() || !seen.insert(index.names[i]).second)
        throw Error("has no name of its own");
      const auto [rows, columns] = index.shapes[i];
      expect_picture_size({columns, rows});
      sum += static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(columns);
      if (sum > data_bytes) throw Error("is beyond the data");
    } catch (const Error& problem) {
      throw Error("example ", i, ' ', problem.what());
    }
  if (sum != data_bytes)
    throw Error("its pictures have ", sum, " pixels, its data ", data_bytes, " bytes");
}

Pack parsed(const fs::path& path, const Tensor& file) {
  const auto bytes = bytes_of(file);
  const pack_format::Preamble p = preamble_of(bytes);
  const std::uint64_t data_bytes = p.index_begin - pack_format::data_begin;
  Pack pack{
      path, {}, file.slice(pack_format::data_begin, static_cast<std::int64_t>(data_bytes)), {}};
  IndexBytes rest(bytes.substr(p.index_begin));
  PackIndex& index = pack.index;
  const auto n = read_pack_header(rest.take(p.header_bytes), index);
  pack.checksums =
      rest.array<std::uint64_t>((data_bytes + pack_format::stretch - 1) / pack_format::stretch);
  const bool pictures = index.kind != PackKind::table;
  if (pictures) index.hashes = rest.array<std::uint64_t>(n);
  if (pictures) index.shapes = rest.array<PackIndex::PictureShape>(n);
  index.labels = rest.array<std::int32_t>(n);
  for (std::uint64_t i = 0; i < n; ++i) index.names.push_back(rest.text());
  while (!rest.ended()) {
    auto name = rest.text();
    index.left_out.push_back({std::move(name), rest.text()});
  }
  expect_classes(index);
  if (pictures)
    expect_pictures(index, data_bytes);
  else if (data_bytes == 0 || data_bytes % (n * sizeof(float)) != 0)
    throw Error("its data are not a table of ", n, " rows");
  return pack;
}

}  // namespace

bool is_pack(const fs::path& path) {
  std::error_code problem;
  if (!fs::is_regular_file(path, problem)) return false;
  std::string begin(pack_format::magic.size(), '\0');
  std::ifstream(path, std::ios::binary).read(begin.data(), std::ssize(begin));
  return begin == pack_format::magic;
}

Pack open_pack(const fs::path& path) {
  std::error_code problem;
  const auto size = fs::file_size(path, problem);
  if (problem) throw Error("cannot read ", path.string(), ": ", problem.message());
  const Tensor file = map_file(path, 0, {static_cast<std::int64_t>(size)}, DType::uint8);
  try {
    return parsed(path, file);
  } catch (const Error& wrong) {
    throw Error("cannot read ", path.string(), ": ", wrong.what());
  }
}

void check_data(const Pack& pack, const Progress& progress) {
  auto rest = bytes_of(pack.data);
  read_in_order(pack.data);
  const auto count = std::ssize(pack.checksums);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto bytes = rest.substr(0, pack_format::stretch);
    if (fnv(bytes) != pack.checksums[static_cast<std::size_t>(i)])
      throw Error(pack.path.string(), ": its data are damaged between bytes ",
                  pack_format::data_begin + static_cast<std::uint64_t>(i) * pack_format::stretch,
                  " and ",
                  pack_format::data_begin + static_cast<std::uint64_t>(i) * pack_format::stretch +
                      bytes.size(),
                  "; pack them again");
    rest.remove_prefix(bytes.size());
    if (progress) progress(i + 1, count);
  }
}

}  // namespace tutti
