#include "datasets/pack/notes.h"

#include "datasets/pack/pack.h"
#include "kernels/support/files.h"
#include "kernels/support/json_text.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

Notes notes_of(const fs::path& data, const fs::path& beside) {
  if (is_pack(data)) return {data, open_pack(data).index.notes};
  if (!fs::exists(beside)) return {beside, {}};
  auto values = parse_json(read_file(beside), beside.string());
  if (!values.is_object()) throw Error(beside.string(), ": is not a JSON object");
  return {beside, std::move(values)};
}

}  // namespace

void Notes::fail(const std::exception& problem) const {
  throw Error(file.string(), ": does not say how the data were made: ", reason_of(problem));
}

fs::path notes_file_of_tree(const fs::path& root) { return root / "spectrogram.json"; }
fs::path notes_file_of_table(fs::path table) { return table += ".json"; }

Notes notes_of_tree(const fs::path& root) { return notes_of(root, notes_file_of_tree(root)); }
Notes notes_of_table(const fs::path& table) { return notes_of(table, notes_file_of_table(table)); }

}  // namespace tutti
