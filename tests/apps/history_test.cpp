// What training came to before the engine was rebuilt: the reference device, whose arithmetic is
// the same on every machine, must still come to the same digits. tests/golden/histories holds them,
// written by the program at commit 9fbfefa with the commands below.
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/png.h"
#include "tests/support/program.h"
#include "tests/support/songs.h"

using tutti::test::golden;
using tutti::test::run_tutti;
using tutti::test::TemporaryFolder;
using tutti::test::text_of;
using tutti::test::word;
namespace fs = std::filesystem;

namespace {

std::string history_of(const std::string& command) {
  const TemporaryFolder folder;
  const auto result =
      run_tutti(command + " --device reference --quiet --out " + word(folder / "run"));
  INFO(result.err);
  REQUIRE(result.status == 0);
  return text_of(folder / "run/history.csv");
}

}  // namespace

TEST_CASE("The LSTM and the simple RNN train to the digits that they always did") {
  const TemporaryFolder folder;
  std::ofstream(folder / "songs.csv") << tutti::test::table(40);
  const std::string data = " --data " + word(folder / "songs.csv");
  CHECK(history_of("train lstm --epochs 2 --batch 8 --units 7 --dense 9" + data) ==
        text_of(golden("histories/lstm.csv")));
  CHECK(history_of("train rnn --epochs 3 --batch 8" + data) ==
        text_of(golden("histories/rnn.csv")));
}

TEST_CASE("An ensemble trains to the digits that it always did", "[long]") {
  const TemporaryFolder folder;
  for (std::uint32_t picture = 0; picture < 6; ++picture) {
    const fs::path genre = folder / "genres" / (picture % 2 ? "loud" : "quiet");
    fs::create_directories(genre);
    tutti::test::Png png;
    png.width = 2900;
    png.height = 127;
    for (std::uint32_t row = 0; row < 127; ++row) {
      std::string& pixels = png.rows.emplace_back();
      for (const float v : tutti::test::uniform(290, 127 * picture + row, 60))
        pixels +=
            std::string(10, static_cast<char>(100 + 70 * (picture % 2) + static_cast<int>(v)));
    }
    std::ofstream(genre / ("resized" + std::to_string(picture) + ".png"), std::ios::binary)
        << png.file();
  }
  CHECK(history_of("train ensemble --members 2 --epochs 2 --batch 3 --train-fraction 0.7 --split "
                   "random --data " +
                   word(folder / "genres")) == text_of(golden("histories/ensemble.csv")));
}
