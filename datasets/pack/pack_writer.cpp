#include "datasets/pack/pack_writer.h"

#include <algorithm>
#include <bit>

#include "datasets/pack/format.h"
#include "kernels/support/error.h"

namespace tutti {
static_assert(std::endian::native == std::endian::little);

namespace {

template <class T>
void append_array(std::string& bytes, const std::vector<T>& values) {
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

void append_text(std::string& bytes, const std::string& text) {
  if (text.find('\0') != std::string::npos)
    throw Error("the name or the reason '", text.c_str(), "' holds a NUL byte");
  bytes += text + '\0';
}

}  // namespace

PackWriter::PackWriter(const std::filesystem::path& file, std::filesystem::path place)
    : file_(file, std::ios::binary), place_(std::move(place)) {
  write(std::string(pack_format::data_begin, '\0'));
}

void PackWriter::write(std::string_view bytes) {
  file_.write(bytes.data(), std::ssize(bytes));
  expect_written();
}

void PackWriter::expect_written() const {
  if (!file_) throw Error("cannot write ", place_.string(), ": the disk may be full");
}

void PackWriter::add(std::string_view bytes) {
  write(bytes);
  while (!bytes.empty()) {
    const std::uint64_t within = data_bytes_ % pack_format::stretch;
    if (within == 0) checksums_.push_back(fnv_start);
    const auto part = bytes.substr(0, pack_format::stretch - within);
    checksums_.back() = fnv(part, checksums_.back());
    data_bytes_ += part.size();
    bytes.remove_prefix(part.size());
  }
}

std::uint64_t PackWriter::finish(const PackIndex& index) {
  const nlohmann::json header = {{"kind", name(index.kind)},
                                 {"classes", index.classes},
                                 {"examples", index.names.size()},
                                 {"notes", index.notes}};
  std::string bytes = header.dump();
  pack_format::Preamble p{{},
                          pack_format::version,
                          static_cast<std::uint32_t>(bytes.size()),
                          pack_format::data_begin + data_bytes_,
                          0,
                          0};
  std::ranges::copy(pack_format::magic, p.magic);
  if (bytes.size() > pack_format::longest_header)
    throw Error("its genres and notes take ", bytes.size(), " bytes; at most ",
                pack_format::longest_header, " can be packed");
  append_array(bytes, checksums_);
  append_array(bytes, index.hashes);
  append_array(bytes, index.shapes);
  append_array(bytes, index.labels);
  for (const auto& name : index.names) append_text(bytes, name);
  for (const auto& [path, reason] : index.left_out) {
    append_text(bytes, path.generic_string());
    append_text(bytes, reason);
  }
  p.index_bytes = bytes.size();
  p.index_checksum = fnv(bytes);
  write(bytes);
  file_.seekp(0);
  write({reinterpret_cast<const char*>(&p), sizeof p});
  file_.close();
  expect_written();
  return p.index_begin + p.index_bytes;
}

}  // namespace tutti
