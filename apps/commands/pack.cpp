#include <iostream>
#include <memory>

#include "apps/common.h"
#include "apps/progress.h"
#include "apps/song_report.h"
#include "datasets/pack/packing.h"
#include "kernels/support/error.h"

namespace tutti {
namespace {

using nlohmann::json;

struct PackOptions {
  CommonOptions common;
  std::string data, out;
  bool check = false, skip_bad = false;
};

const char* unit_of(PackKind kind) { return kind == PackKind::pictures ? "pictures" : "songs"; }

void print_pack(const PackOptions& o, const PackIndex& index, std::uint64_t bytes) {
  const auto n = index.names.size();
  if (o.common.json) {
    json document = {{"kind", name(index.kind)},
                     {"examples", n},
                     {"genres", index.classes},
                     {"notes", index.notes},
                     {"bytes", bytes}};
    add_to(document, SongProblems{index.left_out, {}});
    std::cout << document.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
    return;
  }
  std::cout << n << ' ' << unit_of(index.kind) << " of " << index.classes.size() << " genres ("
            << index.left_out.size() << " left out), " << (bytes + 500'000) / 1'000'000
            << " MB: " << (o.check ? "whole" : o.out) << '\n';
}

int check_pack(const PackOptions& o) {
  const Pack pack = open_pack(o.data);
  ProgressBar bar("checking ", "stretches", o.common.quiet);
  check_data(pack, [&](std::int64_t n, std::int64_t total) { bar.update(n, total); });
  bar.clear();
  print_pack(o, pack.index, std::filesystem::file_size(o.data));
  return done;
}

int pack_data(const PackOptions& o) {
  o.common.prepare();
  expect_another("--out", o.out, o.data);
  const std::stop_token stop = stop_on_interrupt();
  ProgressBar bar("packing ", "files", o.common.quiet);
  try {
    const Packed packed = pack(
        o.data, o.out, o.skip_bad,
        [&](std::int64_t n, std::int64_t total) { bar.update(n, total); }, stop);
    bar.clear();
    print_pack(o, packed.index, packed.bytes);
  } catch (const Error&) {
    if (!stop.stop_requested()) throw;
    std::cerr << "tutti: stopped; " << o.out << " is not written\n";
    return interrupted;
  }
  return done;
}

}  // namespace

void add_pack(CLI::App& program, int& status) {
  auto* command = program.add_subcommand("pack", "Put a data set into one file that opens at once");
  command->footer(
      "--data takes the file wherever it takes the tree or table, and training on it comes to the\n"
      "same bits. Pictures are decoded once, songs heard once; the rest is read as it is used.\n\n"
      "  tutti pack mels --out mels.pack\n"
      "  tutti train melcnn --data mels.pack --out run\n"
      "  tutti pack --check mels.pack");
  const auto o = std::make_shared<PackOptions>();
  command
      ->add_option(
          "DATA", o->data,
          "A tree <genre>/* of pictures or of songs, or a table FEATURES.csv; with --check a pack")
      ->required();
  auto* out = command->add_option("--out", o->out, "The pack")->type_name("FILE");
  auto* check = command->add_flag(
      "--check", o->check, "Read all of a pack: is it what was packed? Opening it reads no data");
  auto* skip = command->add_flag("--skip-bad", o->skip_bad, "Leave out what cannot be read");
  check->excludes(out)->excludes(skip);
  o->common.add_to(*command);
  command->callback([o, out, &status] {
    if (!o->check && out->empty()) throw CLI::RequiredError("--out");
    status = o->check ? check_pack(*o) : pack_data(*o);
  });
}

}  // namespace tutti
