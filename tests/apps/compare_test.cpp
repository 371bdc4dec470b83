#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/support/catch.h"
#include "tests/support/program.h"

using nlohmann::json;
using namespace tutti::test;
namespace fs = std::filesystem;

namespace {

/// Three short songs of each of two genres.
struct TwoGenres {
  TemporaryFolder folder;
  fs::path tree = folder / "songs";

  TwoGenres() {
    const fs::path all = folder / "all";
    REQUIRE(run_tutti("synth --out " + word(all) + " --songs 3 --seconds 2 --quiet").status == 0);
    fs::create_directories(tree);
    for (const char* genre : {"amble", "thud"})
      fs::copy(all / "audio" / genre, tree / genre, fs::copy_options::recursive);
  }
  json compared(const std::string& options) const {
    const auto result = run_tutti("compare --folds 2 --members 1 --quiet --json --data " + options);
    INFO(result.err);
    REQUIRE(result.status == 0);
    return json::parse(result.out);
  }
};

const TwoGenres& two_genres() {
  static const TwoGenres composed;
  return composed;
}

}  // namespace

TEST_CASE("Every model is compared on the same folds of songs") {
  const json from_songs = two_genres().compared(word(two_genres().tree));
  std::map<std::string, int> folds;
  for (const auto& clip : from_songs.at("clips")) ++folds[clip.at("name").get<std::string>()];
  CHECK(folds.size() == 6);
  CHECK(from_songs.at("tested") == 2);
  std::vector<std::string> names;
  for (const auto& model : from_songs.at("models")) {
    names.push_back(model.at("name"));
    CHECK(model.at("folds").size() == 2);
    CHECK(model.at("mean").get<double>() ==
          Approx((model["folds"][0].get<double>() + model["folds"][1].get<double>()) / 2));
  }
  CHECK(names == std::vector<std::string>{"simple RNN, 28 features", "LSTM classifier, 28 features",
                                          "GenreCnn", "ensemble of 1 GenreCnns",
                                          "network on 800 statistics", "MelCnn",
                                          "the 5 of train melcnn"});
}

TEST_CASE("Models are compared on a split of one's own, with other seeds each time", "[long]") {
  const TemporaryFolder lists;
  std::ofstream train(lists / "train.txt"), test(lists / "test.txt");
  for (const auto& genre : fs::directory_iterator(two_genres().tree)) {
    bool first = true;
    for (const auto& song : fs::directory_iterator(genre.path())) {
      (first ? test : train) << fs::relative(song.path(), two_genres().tree).generic_string()
                             << '\n';
      first = false;
    }
  }
  train.close();
  test.close();
  const json compared = two_genres().compared(word(two_genres().tree) +
                                              " --split files:" + (lists / "train.txt").string() +
                                              ',' + (lists / "test.txt").string());
  CHECK(compared.at("tested") == 1);
  std::map<int, int> clips;
  for (const auto& clip : compared.at("clips")) ++clips[clip.at("fold").get<int>()];
  CHECK(clips == std::map<int, int>{{0, 2}, {1, 4}});
  for (const auto& model : compared.at("models")) CHECK(model.at("folds").size() == 2);
}

TEST_CASE("Models that cannot be compared are refused in one line") {
  const auto refused = [](const std::string& options, const std::string& expected) {
    const auto result = run_tutti("compare --quiet --data " + options);
    CHECK(result.status == 1);
    CHECK_THAT(result.err, Contains(expected));
  };
  refused(word(two_genres().folder / "none"), "none");
  refused(word(two_genres().tree), "5 folds");
  std::ofstream(two_genres().folder / "features.csv") << "filename,label\n";
  refused(word(two_genres().tree) + " --features " + word(two_genres().folder / "features.csv"),
          "features.csv");
}
