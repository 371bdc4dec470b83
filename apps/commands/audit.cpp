#include "datasets/audit/audit.h"

#include <cmath>
#include <iomanip>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "apps/common.h"
#include "apps/progress.h"
#include "kernels/support/text.h"

namespace tutti {
namespace {

using nlohmann::json;

struct AuditCommand {
  CommonOptions common;
  std::string data, split, catalog;
  std::uint64_t seed = 54;
};

double rounded(double value) { return std::round(1000 * value) / 1000; }

std::string kind_of(const Copy& copy) {
  return copy.same_frames ? "exact" : copy.overlap > 0.8 ? "copy" : "part";
}

json to_json(const Audit& found) {
  const auto path = [&](std::size_t clip) { return found.clips[clip].generic_string(); };
  json document = {{"clips", found.clips.size()},
                   {"media", found.media == Media::songs ? "songs" : "pictures"},
                   {"copies", json::array()},
                   {"faults", json::array()}};
  for (const auto& copy : found.copies)
    document["copies"].push_back(
        {{"first", path(copy.first)},
         {"second", path(copy.second)},
         {"kind", kind_of(copy)},
         {"similarity", rounded(copy.similarity)},
         {"overlap", rounded(copy.overlap)},
         {"lag_seconds", rounded(static_cast<double>(copy.lag) * found.seconds_a_frame)},
         {"across_parts", found.crosses(copy.first, copy.second)}});
  for (const auto& [clip, kind, reason] : found.faults)
    document["faults"].push_back(
        {{"path", clip.generic_string()}, {"kind", kind}, {"reason", reason}});
  if (!found.songs.empty()) {
    document["same_song"] = json::array();
    for (const auto& [first, second, heard] : found.listed)
      document["same_song"].push_back({{"first", path(first)},
                                       {"second", path(second)},
                                       {"artist", found.songs[first].artist},
                                       {"title", found.songs[first].title},
                                       {"found", heard},
                                       {"across_parts", found.crosses(first, second)}});
  }
  if (!found.parts.empty()) {
    document["shared_artists"] = json::array();
    for (const auto& [artist, clips] : found.artists)
      document["shared_artists"].push_back(
          {{"artist", artist}, {"train", clips[0]}, {"validation", clips[1]}, {"test", clips[2]}});
  }
  return document;
}

std::string shown(const std::string& text) { return encode_utf8(printable(text)); }
std::string shown(const Audit& found, std::size_t clip) {
  return shown(found.clips[clip].generic_string());
}

void print_copies(const Audit& found) {
  std::cout << found.copies.size() << (found.copies.size() == 1 ? " pair" : " pairs")
            << " of the same sound\n";
  for (const auto& copy : found.copies) {
    std::cout << "  " << std::left << std::setw(5) << kind_of(copy) << "  " << std::fixed
              << std::setprecision(2) << copy.similarity << "  " << shown(found, copy.first) << "  "
              << shown(found, copy.second);
    if (copy.lag != 0)
      std::cout << "  " << std::setprecision(1)
                << std::abs(static_cast<double>(copy.lag) * found.seconds_a_frame) << " s "
                << (copy.lag > 0 ? "later" : "earlier") << ", " << std::lround(100 * copy.overlap)
                << " % in common";
    if (found.crosses(copy.first, copy.second))
      std::cout << "  in " << found.parts[copy.first] << " and " << found.parts[copy.second];
    std::cout << '\n';
  }
}

void print_faults(const Audit& found) {
  std::cout << found.faults.size() << (found.faults.size() == 1 ? " fault" : " faults") << '\n';
  for (const auto& [path, kind, reason] : found.faults)
    std::cout << "  " << shown(path.generic_string()) << ": " << kind << ": " << shown(reason)
              << '\n';
}

/// What the catalog knows and the ears do not, and the other way round.
void print_listed(const Audit& found) {
  const auto heard = std::ranges::count_if(found.listed, &ListedPair::found);
  std::cout << found.listed.size() << " pairs of one artist and title in the list: " << heard
            << " found, " << std::ssize(found.listed) - heard
            << " not (other parts or versions of a song)\n";
  for (const auto& [first, second, is_found] : found.listed)
    if (!is_found || found.crosses(first, second))
      std::cout << "  " << shown(found, first) << "  " << shown(found, second) << "  "
                << shown(found.songs[first].artist) << ": " << shown(found.songs[first].title)
                << (is_found ? "" : "  not found")
                << (found.crosses(first, second) ? "  in two parts" : "") << '\n';
  const auto other = std::ranges::count_if(found.copies, [&](const Copy& copy) {
    return !same_song(found.songs[copy.first], found.songs[copy.second]);
  });
  std::cout << other << " of the pairs of the same sound are not of one title in the list\n";
}

void print_parts(const Audit& found) {
  const auto across = std::ranges::count_if(
      found.copies, [&](const Copy& copy) { return found.crosses(copy.first, copy.second); });
  std::cout << across << " pairs of the same sound are in training and in another part\n";
  if (found.songs.empty()) return;
  std::cout << found.artists.size() << " artists are in training and in another part\n";
  for (const auto& [artist, clips] : found.artists)
    std::cout << "  " << shown(artist) << ": " << clips[0] << " to train, " << clips[1]
              << " to validate, " << clips[2] << " to test\n";
}

int run_audit(const AuditCommand& o) {
  o.common.prepare();
  AuditOptions options{{}, o.catalog, o.seed};
  if (!o.split.empty()) options.split = split_plan_named(o.split);
  ProgressBar bar("listening ", "clips", o.common.quiet);
  const Audit found = audit(o.data, options, [&](const std::string& what) {
    return [&bar, what](std::int64_t n, std::int64_t total) {
      bar.label(what + ' ');
      bar.update(n, total);
    };
  });
  bar.clear();
  if (o.common.json) {
    std::cout << to_json(found).dump(2, ' ', false, json::error_handler_t::replace) << '\n';
    return done;
  }
  std::cout << found.clips.size() << (found.media == Media::songs ? " songs" : " pictures")
            << " in " << o.data << '\n';
  print_copies(found);
  print_faults(found);
  if (!found.songs.empty()) print_listed(found);
  if (!found.parts.empty()) print_parts(found);
  return done;
}

}  // namespace

void add_audit(CLI::App& program, int& status) {
  auto* command = program.add_subcommand(
      "audit",
      "Look for what is wrong with songs or pictures before training on them\n"
      "It finds exact and near copies; silent, clipped, short, and truncated songs; other sample\n"
      "rates; and songs or artists on both sides of a split.");
  const auto o = std::make_shared<AuditCommand>();
  command->add_option("DATA", o->data, "A folder of songs, or of pictures, with folders in it")
      ->required();
  command
      ->add_option(
          "--split", o->split,
          "Look for one recording or artist in training and in another part of "
          "files:TRAIN,VALIDATION,TEST, files:TRAIN,TEST, groups:CSV, stratified or random")
      ->type_name(split_words);
  command
      ->add_option(
          "--catalog", o->catalog,
          "Artists and titles to compare with: lines 'clip ::: artist ::: title', or a CSV "
          "file with the columns file and artist")
      ->type_name("FILE");
  command->add_option("--seed", o->seed, "Seed of a split that is drawn")->capture_default_str();
  o->common.add_to(*command);
  command->callback([o, &status] { status = run_audit(*o); });
}

}  // namespace tutti
