#include "datasets/splits/split_plan.h"

#include <algorithm>
#include <map>
#include <set>

#include "datasets/genre_tree.h"
#include "datasets/splits/clip_names.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"

using namespace tutti;
namespace fs = std::filesystem;

namespace {

using Rows = std::vector<std::int32_t>;

/// 60 clips of three genres; clip i is of genre i / 20 and of artist i / 4.
struct Music {
  std::vector<std::string> names, classes = {"jazz", "pop", "rock"};
  Rows labels;

  Music() {
    for (int i = 0; i < 60; ++i) {
      labels.push_back(i / 20);
      names.push_back(classes[static_cast<std::size_t>(i / 20)] + "/" + base(i) + ".png");
    }
  }
  static std::string base(int i) { return "song.000" + std::to_string(10 + i); }
  SplitData data() const { return {names, labels, classes}; }
  std::string artists() const {
    std::string csv = "file,genre,artist_group\n";
    for (int i = 0; i < 60; ++i) csv += base(i) + ",x,artist " + std::to_string(i / 4) + '\n';
    return csv;
  }
};

std::map<int, int> by_class(const Rows& rows, const Music& music) {
  std::map<int, int> counts;
  for (const auto row : rows) ++counts[music.labels[static_cast<std::size_t>(row)]];
  return counts;
}

std::string plan_error(const std::string& text) {
  try {
    split_plan_named(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

/// Files of a folder and the split that they make.
class Files {
 public:
  fs::path put(const std::string& name, const std::string& text) const {
    write_file(folder_ / name, text);
    return folder_ / name;
  }
  ThreeWaySplit split(const std::string& kind, const std::vector<std::string>& names,
                      const Music& music, double validation = 0) const {
    std::string text = kind;
    for (const auto& name : names)
      text += (text.ends_with(':') ? "" : ",") + (folder_ / name).string();
    return split_by(split_plan_named(text), music.data(), 0.2, validation, 1);
  }
  std::string error(const std::string& kind, const std::vector<std::string>& names) const {
    try {
      split(kind, names, Music());
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

 private:
  test::TemporaryFolder folder_;
};

/// Lines of every step-th clip from `first` on.
std::string every(int step, int first) {
  std::string text;
  for (int i = first; i < 60; i += step) text += Music::base(i) + ".wav\n";
  return text;
}

}  // namespace

TEST_CASE("plans for splits are read from their text and written again") {
  for (const char* text : {"random", "stratified", "files:a.txt,b.txt", "files:a,b c,d.txt",
                           "groups:artists, all.csv"})
    CHECK(name(split_plan_named(text)) == text);
  CHECK(split_plan_named("files:a,b,c").files == std::vector<fs::path>{"a", "b", "c"});
  for (const char* text : {"", "Random", "stratified ", "files", "group:x"})
    CHECK_THAT(plan_error(text),
               Contains("'" + std::string(text) + "' is not a way to split; random"));
  for (const char* text :
       {"files:", "files:a", "files:a,", "files:a,,b", "files:a,b,", "files:a,b,c,d"})
    CHECK_THAT(plan_error(text),
               Contains("files:TRAIN,VALIDATION,TEST or files:TRAIN,TEST is wanted"));
  CHECK_THAT(plan_error("groups:"), Contains("groups:CSV is wanted"));
}

TEST_CASE("random and stratified plans are the splits of these names") {
  const Music music;
  const auto random = split_by(split_plan_named("random"), music.data(), 0.2, 0, 54);
  const auto expected = split_train_test(60, 0.8, 54);
  CHECK(random.train == expected.train);
  CHECK(random.test == expected.test);
  const auto three = split_by(split_plan_named("random"), music.data(), 0.2, 0.25, 54);
  CHECK(three.test == expected.test);
  CHECK(three.validation.size() == 12);
  Rows all = three.train;
  all.insert(all.end(), three.validation.begin(), three.validation.end());
  std::sort(all.begin(), all.end());
  CHECK(all == expected.train);

  const auto stratified = split_by(split_plan_named("stratified"), music.data(), 0.2, 0.25, 54);
  CHECK(stratified.test == split_stratified(music.labels, music.classes, 0.2, 0.25, 54).test);
}

TEST_CASE("clips are found by their names with and without folders and extensions") {
  const ClipNames tree({"blues/blues.00001.png", "rock/a.b.png", "pop/a.b.png", "x/y/c.mp3"});
  CHECK(tree.find("blues.00001") == Rows{0});
  CHECK(tree.find("blues/blues.00001.wav") == Rows{0});
  CHECK(tree.find("genres/blues/blues.00001.au") == Rows{0});
  CHECK(tree.find(" ./blues/blues.00001\t") == Rows{0});
  CHECK(tree.find("rock/blues.00001").empty());
  CHECK(tree.find("blues.00002").empty());
  CHECK(tree.find("a.b.wav") == Rows{1, 2});
  CHECK(tree.find("pop/a.b") == Rows{2});
  CHECK(tree.find("y/c") == Rows{3});
  CHECK(tree.find("z/c").empty());
  CHECK(tree.find("").empty());
  const ClipNames table({"blues.00001.wav"});
  CHECK(table.find("blues/blues.00001.wav") == Rows{0});
}

TEST_CASE("files name the clips of the parts, and what they do not name is in none") {
  const Files files;
  files.put("train", "# training\n\n" + every(5, 0) + every(5, 1));
  files.put("validation", every(5, 2));
  files.put("test", every(5, 3));
  const Music music;
  const auto three = files.split("files:", {"train", "validation", "test"}, music);
  CHECK(three.train.size() == 24);
  CHECK(three.validation == Rows{2, 7, 12, 17, 22, 27, 32, 37, 42, 47, 52, 57});
  CHECK(three.test.front() == 3);
  const auto two = files.split("files:", {"train", "test"}, music);
  CHECK(two.train == three.train);
  CHECK(two.validation.empty());
  CHECK(two.test == three.test);
}

TEST_CASE("files that make no split are refused with the line") {
  const Files files;
  const auto train = files.put("train", every(3, 0)).string(),
             test = files.put("test", every(3, 1)).string();
  CHECK_THAT(files.error("files:", {"train", "none"}), Contains("none: No such file"));

  files.put("missing", every(3, 1) + "song.00099.wav\njazz/x.wav\n");
  CHECK_THAT(files.error("files:", {"train", "missing"}),
             Contains("missing names 2 clips that are not among the 60") &&
                 Contains("\n  line 21: song.00099.wav\n  line 22: jazz/x.wav"));
  files.put("twice", every(3, 1) + Music::base(4) + '\n');
  CHECK_THAT(
      files.error("files:", {"train", "twice"}),
      Contains("twice, line 21: 'song.00014' was named before, in") && Contains("twice, line 2"));
  files.put("both", every(3, 1) + Music::base(3) + '\n');
  CHECK_THAT(files.error("files:", {"train", "both"}),
             Contains("both, line 21: 'song.00013' was named before, in " + train + ", line 2"));
  files.put("half", Music::base(1) + '\n' + Music::base(22) + '\n');
  CHECK_THAT(files.error("files:", {"train", "half", "test"}),
             Contains("half has no clip of 'rock'"));
  files.put("empty", "");
  CHECK_THAT(files.error("files:", {"empty", "test"}), Contains("empty has no clip of 'jazz'"));
}

TEST_CASE("clips of one group stay together, and parts are as stratified as that allows") {
  const Files files;
  files.put("artists.csv", Music().artists());
  const Music music;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto split =
        split_by(split_plan_named("groups:" + files.put("artists.csv", music.artists()).string()),
                 music.data(), 0.2, 0.25, seed);
    CHECK(by_class(split.test, music) == std::map<int, int>{{0, 4}, {1, 4}, {2, 4}});
    CHECK(by_class(split.validation, music) == std::map<int, int>{{0, 4}, {1, 4}, {2, 4}});
    CHECK(split.train.size() == 36);
    std::map<int, std::set<const Rows*>> parts;
    for (const Rows* part : {&split.train, &split.validation, &split.test})
      for (const auto row : *part) parts[row / 4].insert(part);
    for (const auto& [artist, in] : parts) CHECK(in.size() == 1);
  }
}

TEST_CASE("every part gets a group of every class where there are enough") {
  const Files files;
  std::string csv = "name,group\n";
  for (int i = 0; i < 60; ++i)  // two artists per genre, one of 19 clips and one of 1
    csv += Music::base(i) + ',' + std::to_string(i / 20) + (i % 20 ? "a" : "b") + '\n';
  files.put("two.csv", csv);
  const Music music;
  const auto split = files.split("groups:", {"two.csv"}, music);
  CHECK(split.test == Rows{0, 20, 40});
  CHECK(split.train.size() == 57);
  CHECK_THROWS_WITH(files.split("groups:", {"two.csv"}, music, 0.2),
                    Contains("3 parts that share no group has no clip of"));
}

TEST_CASE("tables of groups that make no split are refused") {
  const Files files;
  CHECK_THAT(files.error("groups:", {"none.csv"}), Contains("none.csv: No such file"));
  files.put("empty.csv", "");
  CHECK_THAT(files.error("groups:", {"empty.csv"}), Contains("is empty"));
  files.put("columns.csv", "clip,artist\na,b\n");
  CHECK_THAT(files.error("groups:", {"columns.csv"}), Contains("line 1: has no column 'file'"));
  files.put("columns.csv", "file,singer\na,b\n");
  CHECK_THAT(files.error("groups:", {"columns.csv"}), Contains("line 1: has no column 'group'"));
  files.put("cells.csv", "file,group\na\n");
  CHECK_THAT(files.error("groups:", {"cells.csv"}), Contains("line 2: has 1 cells"));
  files.put("unknown.csv", "file,group\na,b\nc,d\n");
  CHECK_THAT(files.error("groups:", {"unknown.csv"}),
             Contains("names none of the 60 clips, of which the first is 'jazz/song.00010.png'"));
  files.put("moved.csv", "file,group\nsong.00010,x\nsong.00011,y\njazz/song.00010.wav,y\n");
  CHECK_THAT(
      files.error("groups:", {"moved.csv"}),
      Contains("line 4: puts 'jazz/song.00010.wav' into the group 'y', a line before into 'x'"));
  std::string one = "file,group\n";
  for (int i = 0; i < 60; ++i) one += Music::base(i) + ",the same\n";
  files.put("one.csv", one);
  CHECK_THAT(files.error("groups:", {"one.csv"}),
             Contains("puts all clips into the group 'the same'"));
}

TEST_CASE("folds test every named clip once, also by groups") {
  const Files files;
  const Music music;
  const auto csv = files.put("artists.csv", music.artists()).string();
  for (const auto& text : std::vector<std::string>{"random", "stratified", "groups:" + csv}) {
    CAPTURE(text);
    const auto folds = folds_by(split_plan_named(text), music.data(), 5, 3);
    REQUIRE(folds.size() == 5);
    std::vector<int> tested(60);
    for (const auto& fold : folds) {
      CHECK(fold.train.size() + fold.test.size() == 60);
      CHECK(std::is_sorted(fold.train.begin(), fold.train.end()));
      for (const auto row : fold.test) {
        ++tested[static_cast<std::size_t>(row)];
        CHECK_FALSE(std::binary_search(fold.train.begin(), fold.train.end(), row));
        for (const auto other : fold.train)
          if (text.starts_with("groups")) CHECK(other / 4 != row / 4);
      }
      if (text != "random")
        CHECK(by_class(fold.test, music) == std::map<int, int>{{0, 4}, {1, 4}, {2, 4}});
    }
    CHECK(tested == std::vector<int>(60, 1));
  }
  CHECK_THROWS_WITH(folds_by(split_plan_named("files:a,b"), music.data(), 5, 3),
                    Contains("files:a,b makes one split; folds can be"));
  CHECK_THROWS_WITH(folds_by(split_plan_named("groups:" + csv), music.data(), 1, 3),
                    Contains("1 folds"));
  CHECK_THROWS_WITH(folds_by(split_plan_named("groups:" + csv), music.data(), 6, 3),
                    Contains("6 parts that share no group has no clip of"));
}

TEST_CASE("the artists of the published clips are kept apart, every genre on both sides") {
  const auto root = test::real_data("gtzan-mel/genres");
  const auto csv = test::real_data("gtzan-splits/artist_groups_3fold.csv");
  if (!root || !csv) return;
  const auto tree = find_genre_tree(*root, Media::pictures);
  std::vector<std::string> names;
  Rows labels;
  for (const auto& path : tree.paths) {
    names.push_back(path.generic_string());
    labels.push_back(static_cast<std::int32_t>(
        std::ranges::find(tree.genres, path.begin()->string()) - tree.genres.begin()));
  }
  const SplitPlan plan{SplitPlan::Kind::groups, {*csv}};
  const auto groups = read_clip_groups(*csv, names);
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const auto folds = folds_by(plan, {names, labels, tree.genres}, 5, seed);
    std::set<std::int32_t> seen;
    for (const auto& fold : folds) {
      CHECK(fold.test.size() == Approx(664 / 5.0).epsilon(0.3));  // an artist has up to 29 clips
      std::set<std::int32_t> of_fold;
      for (const auto row : fold.test) of_fold.insert(groups.group[static_cast<std::size_t>(row)]);
      for (const auto group : of_fold) CHECK(seen.insert(group).second);
    }
  }
}
