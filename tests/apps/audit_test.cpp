#include <nlohmann/json.hpp>

#include "datasets/audio/audio.h"
#include "datasets/audio/wav.h"
#include "kernels/support/files.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"
#include "tests/support/program.h"
#include "tests/support/values.h"

using namespace tutti;
using test::run_tutti;
using test::word;
namespace fs = std::filesystem;

namespace {

void put(const fs::path& path, std::uint32_t salt) {
  fs::create_directories(path.parent_path());
  write_wav(path, test::uniform(5 * song_rate, salt, 0.5), song_rate);
}

}  // namespace

TEST_CASE("tutti audit lists copies and faults in words and in JSON, and ends well") {
  const test::TemporaryFolder folder;
  const auto songs = folder / "my songs";
  put(songs / "rock" / "it's \"me\".wav", 1);
  put(songs / "rock" / "encore.wav", 1);
  put(songs / "jazz" / "b.wav", 2);
  write_file(songs / "jazz" / "bad\a.mp3", "just text");
  write_file(folder / "train", "it's \"me\".wav\nb\n");
  write_file(folder / "test", "encore\nb.wav\n");

  const auto text = run_tutti("audit " + word(songs));
  CHECK(text.status == 0);
  CHECK_THAT(text.out, Contains("3 songs in") && Contains("1 pair of the same sound") &&
                           Contains("exact  1.00  rock/encore.wav  rock/it's \"me\".wav") &&
                           Contains("1 fault\n  jazz/bad\uFFFD.mp3: unreadable: "));
  const auto run = run_tutti("audit --json " + word(songs));
  CHECK(run.status == 0);
  const auto document = nlohmann::json::parse(run.out);
  CHECK(document["clips"] == 3);
  CHECK(document["copies"][0]["second"] == "rock/it's \"me\".wav");
  CHECK(document["faults"][0]["kind"] == "unreadable");

  const auto twice =
      run_tutti("audit " + word(songs) + " --split " +
                word("files:" + (folder / "train").string() + "," + (folder / "test").string()));
  CHECK(twice.status == 1);
  CHECK_THAT(twice.err, Contains("test, line 2: 'b.wav' was named before"));
  CHECK(run_tutti("audit " + word(folder / "none")).status == 1);
  CHECK(run_tutti("audit " + word(songs) + " --split evenly").status == 1);
  CHECK(run_tutti("audit").status == 2);
}

TEST_CASE("tutti spectrogram --bands mel128 and features --set statistics go together") {
  const test::TemporaryFolder folder;
  put(folder / "songs" / "rock" / "a.wav", 1);
  put(folder / "songs" / "jazz" / "b.wav", 2);
  const auto songs = word(folder / "songs"), tree = word(folder / "tree");
  const auto run = run_tutti("spectrogram --json --bands mel128 " + songs + " --out " + tree);
  CHECK(run.status == 0);
  CHECK(nlohmann::json::parse(run.out)["scale"] == "mel128");
  CHECK(nlohmann::json::parse(test::text_of(folder / "tree" / "spectrogram.json"))["bands"] == 128);
  CHECK(run_tutti("spectrogram --bands mel128 --scale linear " + songs + " --out x").status == 2);

  for (const auto& data : {songs, tree}) {
    const auto out = word(folder / "table.csv");
    CHECK(run_tutti("features --set statistics " + data + " --out " + out).status == 0);
    const auto lstm = run_tutti("train lstm --data " + out + " --out " + word(folder / "run"));
    CHECK(lstm.status == 1);
    CHECK_THAT(lstm.err, Contains("holds the feature set statistics; librosa is wanted"));
  }
  const auto seen = test::text_of(folder / "table.csv");
  CHECK_THAT(seen, Contains("filename,mel_mean1,") && Contains("\nb.png,"));
}
