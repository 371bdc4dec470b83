#include "models/comparison.h"

#include <filesystem>
#include <fstream>

#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"
#include "tests/support/png.h"

using namespace tutti;
using tutti::test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

/// Pictures of two genres, clip i of a genre gray of the level 10 i; and a table of features.
struct Music {
  TemporaryFolder folder;
  fs::path tree = folder / "tree", table = folder / "features.csv";

  Music() {
    for (const char* genre : {"high", "low"})
      for (int i = 0; i < 3; ++i) {
        const auto path = tree / genre / (genre + std::to_string(i) + ".png");
        fs::create_directories(path.parent_path());
        write_file(path, test::gray_png(60, 48, [&](int, int) { return 10 * i; }));
      }
  }
  /// A table in which every feature of a song is the number beside its name.
  void put(const std::vector<std::pair<std::string, int>>& songs) const {
    std::ofstream csv(table);
    csv << "filename";
    for (const auto& feature : feature_names()) csv << ',' << feature;
    csv << ",label\n";
    for (const auto& [name, value] : songs) {
      csv << name;
      for (std::size_t i = 0; i < feature_names().size(); ++i) csv << ',' << value;
      csv << ',' << name[0] << '\n';
    }
  }
};

}  // namespace

TEST_CASE("Pictures and features of the same clips are found by their names") {
  const Music music;
  music.put({{"low1.wav", 7}, {"elsewhere.au", 8}, {"high0.au", 9}});
  const auto data = load_comparison_data(music.tree, music.table);
  CHECK(data.names == std::vector<std::string>{"high/high0.png", "high/high1.png", "high/high2.png",
                                               "low/low0.png", "low/low1.png", "low/low2.png"});
  CHECK(data.rows == std::vector<std::int32_t>{0, 4});
  REQUIRE(data.features);
  const auto values = data.features->values.to_vector<float>();
  CHECK(values[0] == 9);
  CHECK(values[4 * 28 + 27] == 7);
  CHECK(data.features->classes == std::vector<std::string>{"high", "low"});
  REQUIRE(data.pictures.shape() == Shape{6, 2900, 127, 1});
  const auto* const pixels = data.pictures.data<std::uint8_t>();
  for (int clip = 0; clip < 6; ++clip) CHECK(pixels[clip * 2900 * 127 + 1000] == 10 * (clip % 3));

  CHECK_FALSE(load_comparison_data(music.tree, "").features);
}

TEST_CASE("Features of none of the clips, or of who knows which, are an error") {
  const Music music;
  music.put({{"elsewhere.au", 8}, {"far.au", 8}});
  CHECK_THROWS_WITH(load_comparison_data(music.tree, music.table), Contains("names none of the 6"));
  fs::copy_file(music.tree / "low/low1.png", music.tree / "high/low1.png");
  music.put({{"low1.wav", 7}, {"high0.au", 9}});
  CHECK_THROWS_WITH(load_comparison_data(music.tree, music.table),
                    Contains("'low1.wav' may be 2 clips"));
}
