#include <fstream>
#include <nlohmann/json.hpp>

#include "kernels/support/files.h"
#include "tests/support/catch.h"
#include "tests/support/mel_tree.h"
#include "tests/support/program.h"
#include "tests/support/songs.h"

using nlohmann::json;
using namespace tutti::test;
namespace fs = std::filesystem;

namespace {

void pack(const fs::path& data, const fs::path& out, const std::string& more = "") {
  const auto result = run_tutti("pack " + word(data) + " --out " + word(out) + " --quiet " + more);
  INFO(result.err);
  REQUIRE(result.status == 0);
}

/// A run's files, in which the place of the data is one for all.
std::map<std::string, std::string> files_of(const fs::path& run, const fs::path& data) {
  auto files = contents(run);
  for (auto& [name, text] : files)
    for (std::size_t at; (at = text.find(data.string())) != std::string::npos;)
      text.replace(at, data.string().size(), "DATA");
  return files;
}

/// Trains on the data and on their pack: every file has to be the same.
void check_same_runs(const fs::path& folder, const fs::path& data, const fs::path& packed,
                     const std::string& train, const std::string& of_data = "") {
  const auto trained = [&](const fs::path& from, const char* run, const std::string& more) {
    const auto result = run_tutti("train " + train + " --quiet --data " + word(from) + " --out " +
                                  word(folder / run) + ' ' + more);
    INFO(result.err);
    REQUIRE(result.status == 0);
    return files_of(folder / run, from);
  };
  const auto a = trained(data, "on-data", of_data), b = trained(packed, "on-pack", "");
  REQUIRE(a.size() == b.size());
  CHECK(a.size() >= 10);
  for (const auto& [name, text] : a) {
    CAPTURE(name);
    CHECK((b.at(name) == text));
  }
}

std::string printed(const std::string& command) {
  const auto result = run_tutti(command + " --quiet --json");
  INFO(command << result.err);
  REQUIRE(result.status == 0);
  return result.out;
}

const std::string mel_options =
    "melcnn --members 1 --statistics 1 --batch 4 --channels 8 --crop 32 --epochs 2 --units 16 "
    "--statistics-epochs 3";

}  // namespace

TEST_CASE("Training melcnn on a pack leaves the files of training on its tree") {
  const MelTree tree;
  fs::rename(tree.folder / "low", tree.folder / "l\xfcw");
  tutti::write_file(tree.folder / "high" / "clip3.png", "no picture");
  std::string groups = "file,artist\n";
  for (int i = 0; i < 12; ++i)
    for (const char* genre : {"high", "l\xfcw"})
      groups += std::string(genre) + "/clip" + std::to_string(i) + ",artist" +
                std::to_string(i % 4) + '\n';
  const TemporaryFolder folder;
  tutti::write_file(folder / "groups.csv", groups);
  tutti::write_file(tree.folder / "spectrogram.json", R"({"scale": "linear"})");
  const fs::path packed = folder / "mels.pack";
  pack(tree.folder.path(), packed, "--skip-bad");
  check_same_runs(folder.path(), tree.folder.path(), packed,
                  mel_options + " --split groups:" + word(folder / "groups.csv"), "--skip-bad");
  const json run = json::parse(text_of(folder / "on-pack" / "run.json"));
  CHECK(run.at("data").at("skipped") == json({"high/clip3.png"}));
  CHECK(run.at("preprocessing").at("scale") == "linear");

  // The parts of a run trained on the tree are found in its pack, and the other way round.
  const std::string evaluate = "evaluate " + word(folder / "on-data") + " --data ";
  CHECK(printed(evaluate + word(packed)) ==
        printed(evaluate + word(tree.folder.path()) + " --skip-bad"));
  CHECK(printed("evaluate " + word(folder / "on-pack") + " --data " + word(tree.folder.path()) +
                " --skip-bad") == printed(evaluate + word(packed)));
  const auto resumed = run_tutti("train " + mel_options + " --resume --data " + word(packed) +
                                 " --out " + word(folder / "on-pack"));
  CHECK_THAT(resumed.err, Contains("its training has ended"));
}

TEST_CASE("Training an ensemble on a pack leaves the files of training on its tree") {
  const TemporaryFolder folder;
  REQUIRE(run_tutti("synth --out " + word(folder / "songs") +
                    " --songs 2 --seconds 2 --no-audio --quiet")
              .status == 0);
  const fs::path tree = folder / "songs" / "genres", packed = folder / "genres.pack";
  pack(tree, packed);
  const std::string options = "ensemble --members 1 --epochs 1 --batch 8 --train-fraction 0.5";
  check_same_runs(folder.path(), tree, packed, options);
  const std::string evaluate = "evaluate " + word(folder / "on-pack") + " --data ";
  CHECK(printed(evaluate + word(tree)) == printed(evaluate + word(packed)));
  const std::string reproduce = "reproduce " + options + " --seeds 1 --data ";
  CHECK(printed(reproduce + word(tree)) == printed(reproduce + word(packed)));
}

TEST_CASE("Training on a packed table leaves the files of training on the table") {
  const TemporaryFolder folder;
  tutti::write_file(folder / "songs.csv", table(60));
  tutti::write_file(folder / "songs.csv.json", R"({"compat": "0.11"})");
  const fs::path packed = folder / "songs.pack";
  pack(folder / "songs.csv", packed);
  for (const char* model : {"lstm --units 4", "rnn"}) {
    const TemporaryFolder runs;
    check_same_runs(runs.path(), folder / "songs.csv", packed,
                    std::string(model) + " --epochs 2 --batch 8");
  }
  CHECK(
      printed("reproduce rnn --epochs 2 --batch 8 --seeds 2 --data " + word(packed)) ==
      printed("reproduce rnn --epochs 2 --batch 8 --seeds 2 --data " + word(folder / "songs.csv")));
  for (const fs::path& data : {packed, folder / "songs.csv"})
    printed("tune rnn --trials 2 --epochs 2 --batch 8 --data " + word(data) + " --out " +
            word(folder / ("tuned-" + data.filename().string())));
  CHECK((text_of(folder / "tuned-songs.pack" / "model.h5") ==
         text_of(folder / "tuned-songs.csv" / "model.h5")));
}

TEST_CASE("Models are compared on a pack of pictures as on its tree", "[long]") {
  const MelTree tree(4, 40);
  const TemporaryFolder folder;
  pack(tree.folder.path(), folder / "p");
  const auto folds = [&](const fs::path& data) {
    json all = json::parse(printed("compare --folds 2 --members 1 --data " + word(data)));
    for (auto& model : all["models"]) model.erase("seconds_a_fold");
    return all;
  };
  CHECK(folds(folder / "p") == folds(tree.folder.path()));
}

TEST_CASE("tutti pack says what it packed, and checks it") {
  const MelTree tree(3);
  const TemporaryFolder folder;
  const fs::path packed = folder / "mels.pack";
  const std::string out = " --out " + word(packed);
  const auto result = run_tutti("pack " + word(tree.folder.path()) + out);
  CHECK(result.status == 0);
  CHECK_THAT(result.out, Contains("6 pictures of 2 genres (0 left out)"));
  const json told = json::parse(printed("pack --check " + word(packed)));
  CHECK(told.at("kind") == "pictures");
  CHECK(told.at("examples") == 6);
  CHECK(told.at("genres") == json({"high", "low"}));
  CHECK(told.at("bytes") == fs::file_size(packed));

  std::fstream file(packed, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(5000);
  file.put('\1');
  file.close();
  const auto refuses = [](const std::string& command, const std::string& words, int status = 1) {
    const auto refused = run_tutti(command);
    INFO(refused.err);
    CHECK(refused.status == status);
    CHECK_THAT(refused.err, Contains(words));
  };
  refuses("pack --check " + word(packed), "mels.pack: its data are damaged between bytes 4096 and");
  refuses("pack --check " + word(tree.folder / "high" / "clip0.png"), "it is not a pack");
  refuses("pack " + word(tree.folder.path()), "--out", 2);
  refuses("pack --check " + word(packed) + out, "--check", 2);
  refuses("pack " + word(packed) + out, "is what is read");
  refuses("pack " + word(tree.folder / "high") + " --out " + word(folder / "q"),
          "has no genre folders");
  refuses("pack " + word(folder / "none") + " --out " + word(folder / "q"), "No such file");
  refuses("pack " + word(tree.folder.path()) + " --out " + word(folder / "no" / "q"),
          "cannot write");
  fs::resize_file(packed, 5000);
  refuses("train " + mel_options + " --data " + word(packed) + " --out " + word(folder / "run"),
          "it has 5000 bytes, but its index begins at byte");
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
  CHECK_THAT(run_tutti("pack --help").out, Contains("tutti train melcnn --data mels.pack"));
}
