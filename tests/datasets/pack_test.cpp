#include <sys/stat.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <limits>

#include "datasets/audio/wav.h"
#include "datasets/feature_table.h"
#include "datasets/pack/pack_writer.h"
#include "datasets/pack/packing.h"
#include "datasets/pack/unpack.h"
#include "datasets/song_pictures.h"
#include "datasets/song_table.h"
#include "datasets/spectrogram_tree.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/threads.h"
#include "tests/support/catch.h"
#include "tests/support/error_of.h"
#include "tests/support/files.h"
#include "tests/support/packs.h"
#include "tests/support/png.h"
#include "tests/support/songs.h"

using namespace tutti;
using test::error_of;
using test::put_file;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

void put_picture(const fs::path& path, int columns, int rows, int value) {
  put_file(path, test::gray_png(columns, rows, [=](int row, int column) {
             return (value + 7 * row + 3 * column) % 256;
           }));
}

/// Names of all kinds, widths of all kinds, one height.
void put_tree(const fs::path& root) {
  put_picture(root / "rock" / "b.png", 20, 12, 40);
  put_picture(root / "rock" / "a\nb.png", 31, 12, 30);
  put_picture(root / "gr\xfc" / "x.png", 16, 12, 10);
  put_picture(root / "gr\xfc" / "\xff%00.png", 16, 12, 20);
}

std::vector<std::uint8_t> pixel_bytes(const Tensor& tensor) {
  return tensor.to_vector<std::uint8_t>();
}

void check_same(const ClipTree& a, const ClipTree& b) {
  CHECK(a.genres == b.genres);
  CHECK(a.labels == b.labels);
  CHECK(a.clips.paths == b.clips.paths);
  CHECK(a.clips.fingerprint == b.clips.fingerprint);
  CHECK(a.clips.frames.shape() == b.clips.frames.shape());
  CHECK(pixel_bytes(a.clips.frames) == pixel_bytes(b.clips.frames));
  for (std::size_t i = 0; i < a.clips.spans.size(); ++i) {
    CHECK(a.clips.spans[i].first == b.clips.spans[i].first);
    CHECK(a.clips.spans[i].frames == b.clips.spans[i].frames);
  }
  REQUIRE(a.clips.bad.size() == b.clips.bad.size());
  for (std::size_t i = 0; i < a.clips.bad.size(); ++i) {
    CHECK(a.clips.bad[i].path == b.clips.bad[i].path);
    CHECK(a.clips.bad[i].reason == b.clips.bad[i].reason);
  }
}

void check_same(const SpectrogramTree& a, const SpectrogramTree& b) {
  CHECK(a.genres == b.genres);
  CHECK(a.labels == b.labels);
  CHECK(a.pictures.paths == b.pictures.paths);
  CHECK(a.pictures.fingerprint == b.pictures.fingerprint);
  CHECK(a.pictures.pixels.shape() == b.pictures.pixels.shape());
  CHECK(pixel_bytes(a.pictures.pixels) == pixel_bytes(b.pictures.pixels));
  CHECK(a.pictures.bad.size() == b.pictures.bad.size());
}

void check_same(const FeatureTable& a, const FeatureTable& b) {
  CHECK(a.names == b.names);
  CHECK(a.classes == b.classes);
  CHECK(a.labels == b.labels);
  CHECK(a.set == b.set);
  CHECK(a.fingerprint == b.fingerprint);
  CHECK(a.values.shape() == b.values.shape());
  CHECK(a.values.to_vector<float>() == b.values.to_vector<float>());
}

/// A small pack of four pictures as bytes, for changing.
struct SmallPack {
  SmallPack() {
    put_tree(folder / "tree");
    pack(folder / "tree", path);
    file = read_file(path);
    std::memcpy(&preamble, file.data(), sizeof preamble);
  }
  std::string changed(const std::function<void(std::string&, pack_format::Preamble&)>& change) {
    std::string bytes = file;
    auto p = preamble;
    change(bytes, p);
    if (bytes.size() >= sizeof p) std::memcpy(bytes.data(), &p, sizeof p);
    write_file(path, test::signed_pack(bytes));
    return error_of([&] { open_pack(path); });
  }
  /// The same with other bytes in the place of some of the index.
  std::string with(const std::string& before, const std::string& after) {
    REQUIRE(before.size() == after.size());
    return changed([&](std::string& bytes, auto&) {
      const auto at = bytes.find(before, preamble.index_begin);
      REQUIRE(at != std::string::npos);
      bytes.replace(at, before.size(), after);
    });
  }
  /// Behind the header: checksums, hashes, shapes, labels, names.
  std::string with_number(std::size_t at, std::int32_t value) {
    return changed([&](std::string& bytes, auto& p) {
      std::memcpy(bytes.data() + p.index_begin + p.header_bytes + at, &value, sizeof value);
    });
  }

  TemporaryFolder folder;
  fs::path path = folder / "small.pack";
  std::string file;
  pack_format::Preamble preamble;
};
constexpr std::size_t shapes_at = 8 + 4 * 8, labels_at = shapes_at + 4 * 8;

}  // namespace

TEST_CASE("a pack of pictures is read as its tree, whatever their names and widths") {
  const TemporaryFolder folder;
  put_tree(folder / "tree");
  const auto packed = pack(folder / "tree", folder / "p");
  CHECK(packed.bytes == fs::file_size(folder / "p"));
  CHECK(is_pack(folder / "p"));
  CHECK_FALSE(is_pack(folder / "tree"));
  CHECK_FALSE(is_pack(folder / "none"));
  const auto clips = load_clip_tree(folder / "p");
  CHECK(clips.genres == std::vector<std::string>{"gr\\xFC", "rock"});
  check_same(clips, load_clip_tree(folder / "tree"));
  check_same(load_spectrogram_tree(folder / "p"), load_spectrogram_tree(folder / "tree"));
  const Pack opened = open_pack(folder / "p");
  CHECK(unpack_clips(opened, false).clips.frames.shares_elements_with(opened.data));
  CHECK_FALSE(scale_of_tree(folder / "p"));
  check_data(opened);
}

TEST_CASE("pictures as GenreCnn takes them share the pack's memory") {
  const TemporaryFolder folder;
  for (const char* name : {"jazz/1.png", "rock/2.png"})
    put_picture(folder / "tree" / name, 2900, 127, name[5]);
  record_scale(folder / "tree", PictureScale::linear);
  pack(folder / "tree", folder / "p");
  const Pack opened = open_pack(folder / "p");
  const auto tree = unpack_pictures(opened);
  CHECK(tree.pictures.pixels.shares_elements_with(opened.data));
  CHECK(reinterpret_cast<std::uintptr_t>(opened.data.data<std::uint8_t>()) % 4096 == 0);
  check_same(tree, load_spectrogram_tree(folder / "tree"));
  CHECK(scale_of_tree(folder / "p") == PictureScale::linear);
}

#ifndef TUTTI_SANITIZED  // the sanitizers keep what is freed
TEST_CASE("packing takes no more memory than a few pictures do, and opening none") {
  const TemporaryFolder folder;
  put_picture(folder / "picture.png", 2900, 127, 1);
  for (int i = 0; i < 400; ++i) {
    const fs::path link = folder / "tree" / (i % 2 ? "a" : "b") / (std::to_string(i) + ".png");
    fs::create_directories(link.parent_path());
    fs::create_symlink(folder / "picture.png", link);
  }
  const auto megabytes = [](const std::string& what) {
    const std::string status = read_file("/proc/self/status");
    return std::stod(status.substr(status.find(what + ':') + what.size() + 1)) / 1e3;
  };
  const int threads = thread_count();
  set_thread_count(2);
  std::ofstream("/proc/self/clear_refs") << 5;  // VmHWM begins anew
  const double before = megabytes("VmRSS");
  pack(folder / "tree", folder / "p");
  CHECK(fs::file_size(folder / "p") > 147'000'000);
  const auto tree = load_spectrogram_tree(folder / "p");
  CHECK(tree.labels.size() == 400);
  CHECK(megabytes("VmHWM") - before < 50);
  set_thread_count(threads);
}
#endif

TEST_CASE("what tutti spectrogram notes of single pictures is not packed") {
  const TemporaryFolder folder;
  put_tree(folder / "tree");
  write_file(folder / "tree" / "spectrogram.json",
             R"({"scale": "mel128", "bands": 128, "pictures": ["rock/b.png"]})");
  pack(folder / "tree", folder / "p");
  CHECK(open_pack(folder / "p").index.notes ==
        nlohmann::json({{"scale", "mel128"}, {"bands", 128}}));
  write_file(folder / "tree" / "spectrogram.json", R"({"scale": "bark"})");
  CHECK_THROWS_WITH(pack(folder / "tree", folder / "q"),
                    StartsWith((folder / "tree" / "spectrogram.json").string()));
  write_file(folder / "tree" / "spectrogram.json",
             R"({"scale": "mel", "more": ")" + std::string(1 << 20, 'x') + "\"}");
  CHECK_THROWS_WITH(pack(folder / "tree", folder / "q"), Contains("at most 1048576 can be packed"));
  CHECK_FALSE(fs::exists(folder / "q"));
}

TEST_CASE("a full disk is an error that names the place of the pack") {
  CHECK_THROWS_WITH(PackWriter("/dev/full", "some.pack").finish({}),
                    Equals("cannot write some.pack: the disk may be full"));
}

TEST_CASE("pictures of several heights are packed as they are, and clips leave out the same") {
  const TemporaryFolder folder;
  put_tree(folder / "tree");
  put_picture(folder / "tree" / "rock" / "aa.png", 20, 14, 1);
  pack(folder / "tree", folder / "p");
  check_same(load_spectrogram_tree(folder / "p"), load_spectrogram_tree(folder / "tree"));
  const auto refusal = error_of([&] { load_clip_tree(folder / "p"); });
  CHECK_THAT(refusal, Contains("p has 1 picture that") && Contains("rock/aa.png: has 14 rows"));
  check_same(load_clip_tree(folder / "p", true), load_clip_tree(folder / "tree", true));
}

TEST_CASE("bad pictures are an error of packing, or left out and remembered") {
  const TemporaryFolder folder;
  put_tree(folder / "tree");
  put_file(folder / "tree" / "rock" / "aa.png", "just text");
  put_file(folder / "tree" / "gr\xfc" / "z.png", "just text");
  put_file(folder / "p", "as it was");
  const auto refusal = error_of([&] { pack(folder / "tree", folder / "p"); });
  CHECK(refusal == error_of([&] { load_clip_tree(folder / "tree"); }));
  CHECK(read_file(folder / "p") == "as it was");
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 2);

  pack(folder / "tree", folder / "p", true);
  check_same(load_clip_tree(folder / "p"), load_clip_tree(folder / "tree", true));
  const auto tree = load_spectrogram_tree(folder / "p");
  REQUIRE(tree.pictures.bad.size() == 2);
  CHECK(tree.pictures.bad[0].path == "gr\xfc/z.png");
  put_picture(folder / "tree" / "rock" / "b0.png", 20, 14, 1);
  pack(folder / "tree", folder / "p", true);
  check_same(load_clip_tree(folder / "p", true), load_clip_tree(folder / "tree", true));
}

TEST_CASE("songs are packed as their mel pictures") {
  const TemporaryFolder folder;
  for (int i = 0; i < 4; ++i) {
    const fs::path path =
        folder / "songs" / (i % 2 ? "rock" : "jazz") / ("s" + std::to_string(i) + ".wav");
    fs::create_directories(path.parent_path());
    auto samples = test::uniform((i + 1) * 22050, static_cast<std::uint32_t>(i), 0.5);
    write_wav(path, samples, 22050);
  }
  pack(folder / "songs", folder / "p");
  check_same(load_clip_tree(folder / "p"), load_clip_tree(folder / "songs"));
  CHECK_THROWS_WITH(load_spectrogram_tree(folder / "p"),
                    Contains("p is a pack of songs; pictures are wanted"));
}

TEST_CASE("a pack of a table is read as the table") {
  const TemporaryFolder folder;
  put_file(folder / "t.csv", test::table(6));
  pack(folder / "t.csv", folder / "p");
  check_same(load_feature_table(folder / "p"), load_feature_table(folder / "t.csv"));
  check_same(load_feature_table(folder / "p", false), load_feature_table(folder / "t.csv", false));
  CHECK_FALSE(librosa_version_of_table(folder / "p"));
  put_file(folder / "t.csv.json", R"({"compat": "0.11"})");
  pack(folder / "t.csv", folder / "p");
  CHECK(librosa_version_of_table(folder / "p") == LibrosaVersion::v0_11);
  CHECK_THROWS_WITH(load_feature_table(folder / "p", true, FeatureSet::statistics),
                    Contains("holds the feature set librosa"));
  CHECK_THROWS_WITH(load_clip_tree(folder / "p"), Contains("p is a pack of a table; pictures or"));
  CHECK_THROWS_WITH(load_spectrogram_tree(folder / "p"), Contains("is a pack of a table"));
  CHECK_THROWS_WITH(pack(folder / "p", folder / "q"), Contains("is a pack already"));
  put_tree(folder / "tree");
  pack(folder / "tree", folder / "p");
  CHECK_THROWS_WITH(load_feature_table(folder / "p"),
                    Contains("is a pack of pictures; a table of features is wanted"));
  put_file(folder / "t.csv", "filename,tempo\na,1\n");
  CHECK_THROWS_WITH(pack(folder / "t.csv", folder / "q"),
                    StartsWith((folder / "t.csv").string() + ", line 1: lacks"));
}

TEST_CASE("a table of statistics is packed with its set") {
  const TemporaryFolder folder;
  for (const char* name : {"jazz/1.png", "rock/2.png"})
    put_picture(folder / "tree" / name, 60, 40, name[5]);
  write_statistics_table(folder / "s.csv", folder / "tree",
                         find_genre_tree(folder / "tree", Media::pictures), Media::pictures);
  pack(folder / "s.csv", folder / "p");
  CHECK(feature_set_of_table(folder / "p") == FeatureSet::statistics);
  check_same(load_feature_table(folder / "p", true, FeatureSet::statistics),
             load_feature_table(folder / "s.csv", true, FeatureSet::statistics));
}

TEST_CASE("packing that is told to stop leaves nothing") {
  const TemporaryFolder folder;
  put_tree(folder / "tree");
  std::stop_source stop;
  stop.request_stop();
  CHECK_THROWS_WITH(pack(folder / "tree", folder / "p", false, {}, stop.get_token()),
                    Contains("stopped"));
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("packs that are cut short, of another version or damaged are refused in words") {
  SmallPack small;
  const auto& file = small.file;
  const auto n = file.size();
  for (const std::size_t left : {8, 40, 4095})
    CHECK_THAT(small.changed([&](auto& bytes, auto&) { bytes.resize(left); }),
               Contains("small.pack: it is cut short"));
  for (const std::size_t left : {0, 7})
    CHECK_THAT(small.changed([&](auto& bytes, auto&) { bytes.resize(left); }),
               Contains("small.pack: it is not a pack"));
  CHECK_THAT(small.changed([&](auto& bytes, auto&) { bytes.resize(n - 1); }),
             Contains("it has " + std::to_string(n - 1) + " bytes, but its index begins at"));
  CHECK_THAT(small.changed([&](auto& bytes, auto&) { bytes += 'x'; }), Contains("behind it"));
  CHECK_THAT(small.changed([&](auto&, auto& p) { p.magic[0] = 'x'; }), Contains("is not a pack"));
  CHECK_THAT(small.changed([&](auto&, auto& p) { p.version = 2; }),
             Contains("it is of version 2; version 1 is read"));
  for (const std::uint64_t begin :
       {std::uint64_t{0}, std::uint64_t{4095}, std::uint64_t{n + 1}, ~std::uint64_t{0}})
    CHECK_THAT(small.changed([&](auto&, auto& p) { p.index_begin = begin; }),
               Contains("its index begins at byte " + std::to_string(begin)));
  CHECK_THAT(small.changed([&](auto&, auto& p) { p.index_bytes = ~std::uint64_t{0}; }),
             Contains("and has 18446744073709551615"));
  CHECK_THAT(small.changed([&](auto&, auto& p) { p.header_bytes = ~std::uint32_t{0}; }),
             Contains("its header has 4294967295 bytes; at most"));
  CHECK_THAT(small.changed([&](auto&, auto& p) { p.header_bytes = 1 << 20; }),
             Contains("its index is cut short"));
  std::string flipped = file;
  flipped[n - 3] ^= 1;
  write_file(small.path, flipped);
  CHECK_THROWS_WITH(open_pack(small.path), Contains("its index is damaged"));
  CHECK_THROWS_WITH(load_clip_tree(small.path), Contains("its index is damaged"));
  CHECK_THROWS_WITH(scale_of_tree(small.path), Contains("its index is damaged"));
  CHECK_THROWS_WITH(open_pack(small.folder / "none"), Contains("none: No such file"));
  CHECK_THROWS_WITH(open_pack(small.folder.path()), Contains("cannot read"));
}

TEST_CASE("a header that does not fit is refused in words") {
  SmallPack small;
  CHECK_THAT(small.with(R"("examples":4)", R"("examples":0)"), Contains("class 0 has no example"));
  CHECK_THAT(small.with(R"("examples":4)", R"("examplez":4)"), Contains("its header does not say"));
  CHECK_THAT(small.with(R"("examples":4)", R"("examples":-)"), Contains("is not JSON"));
  CHECK_THAT(small.with(R"("kind":"pictures")", R"("kind":"poctures")"),
             Contains("'poctures' is not a kind of pack; pictures, songs and table are"));
  const std::string genres = R"(["gr\\xFC","rock"])";
  const auto with_genres = [&](std::string others) {
    others.resize(genres.size(), ' ');
    return small.with(genres, others);
  };
  CHECK_THAT(with_genres(R"("rock")"), Contains("does not say"));
  CHECK_THAT(with_genres(R"([1, 2])"), Contains("does not say"));
  CHECK_THAT(with_genres(R"(["rock"])"), Contains("it has 1 classes"));
  CHECK_THAT(with_genres(R"(["rock", "rock"])"), Contains("no name of its own"));
  CHECK_THAT(with_genres(R"(["", "rock"])"), Contains("no name of its own"));
  CHECK_THAT(with_genres(R"(["a", "b", "c"])"), Contains("class 2 has no example"));
  CHECK_THAT(with_genres("[\"\xff\", \"b\"]"), Contains("is not JSON"));
}

TEST_CASE("headers of hostile numbers and depth are refused") {
  SmallPack small;
  const auto with_header = [&](const std::string& header) {
    return small.changed([&](std::string& bytes, auto& p) {
      bytes.replace(p.index_begin, p.header_bytes, header);
      p.index_bytes += header.size() - p.header_bytes;
      p.header_bytes = static_cast<std::uint32_t>(header.size());
    });
  };
  CHECK_THAT(with_header(R"({"kind": "songs", "classes": ["a", "b"], "notes": [], "examples": 4})"),
             Contains("'notes' is not an object"));
  const auto header = [](const std::string& examples) {
    return R"({"kind": "pictures", "classes": ["a", "b"], "notes": null, "examples": )" + examples +
           "}";
  };
  CHECK(with_header(header("4")) == "no error");
  for (const char* wrong : {"-1", "4.0", "9e99", "null", "\"4\"", "[4]"})
    CHECK_THAT(with_header(header(wrong)), Contains("'examples' is not a whole number"));
  for (const char* wrong :
       {"9223372036854775807", "18446744073709551615", "4611686018427387904", "1000000"})
    CHECK_THAT(with_header(header(wrong)), Contains("its index is cut short"));
  CHECK_THAT(with_header(std::string(500'000, '[')), Contains("nested more than 100 deep"));
  CHECK_THAT(with_header(std::string((1 << 20) + 1, ' ')), Contains("at most 1048576 are read"));
  CHECK_THAT(with_header("[]"), Contains("does not say"));
  CHECK_THAT(with_header("null"), Contains("does not say"));
  CHECK_THAT(with_header(""), Contains("is not JSON"));
}

TEST_CASE("labels, shapes and names that do not fit are refused in words") {
  SmallPack small;
  CHECK(small.with_number(labels_at, 0) == "no error");
  CHECK_THAT(small.with_number(labels_at, 2), Contains("example 0 has the label 2 of 2 classes"));
  CHECK_THAT(small.with_number(labels_at + 4, -1), Contains("example 1 has the label -1"));
  CHECK_THAT(small.with_number(labels_at, 0x7fc00000), Contains("has the label 2143289344"));
  CHECK_THAT(small.with_number(shapes_at, 13), Contains("example 3 is beyond the data"));
  CHECK_THAT(small.with_number(shapes_at + 4, 15), Contains("pixels, its data"));
  CHECK_THAT(small.with_number(shapes_at, 0), Contains("example 0 has 16 x 0 pixels"));
  CHECK_THAT(small.with_number(shapes_at + 4, -1), Contains("example 0 has -1 x 12 pixels"));
  CHECK_THAT(small.with_number(shapes_at, 0x7fffffff), Contains("example 0 declares"));
  CHECK_THAT(small.with("rock/b.png", std::string("rock/\0.png", 10)),
             Contains("its index ends within a name"));
  CHECK_THAT(small.changed([&](std::string& bytes, auto& p) {
    bytes.erase(bytes.rfind("rock/b.png"), 10);
    p.index_bytes -= 10;
  }),
             Contains("example 3 has no name of its own"));
  CHECK_THAT(small.changed([&](std::string& bytes, auto&) { bytes.back() = 'x'; }),
             Contains("its index ends within a name"));
}

TEST_CASE("two pictures of one name are refused") {
  const TemporaryFolder folder;
  for (const char* name : {"a/1.png", "b/1.png"}) put_picture(folder / "tree" / name, 16, 12, 1);
  pack(folder / "tree", folder / "p");
  std::string file = read_file(folder / "p");
  file.replace(file.rfind("b/1.png"), 1, "a");
  write_file(folder / "p", test::signed_pack(file));
  CHECK_THROWS_WITH(open_pack(folder / "p"), Contains("example 1 has no name of its own"));
}

TEST_CASE("a packed table whose values are not numbers, or too few, is refused") {
  const TemporaryFolder folder;
  put_file(folder / "t.csv", test::table(6));
  pack(folder / "t.csv", folder / "p");
  const std::string file = read_file(folder / "p");
  for (const float value : {std::numeric_limits<float>::quiet_NaN(), INFINITY}) {
    std::string changed = file;
    std::memcpy(changed.data() + 4096 + (28 + 1) * sizeof value, &value, sizeof value);
    write_file(folder / "p", changed);
    CHECK_THROWS_WITH(load_feature_table(folder / "p"),
                      Contains("p, row 1: column 'beats' holds no finite number"));
    CHECK_THROWS_WITH(check_data(open_pack(folder / "p")), Contains("its data are damaged"));
  }
  std::string shorter = file;
  pack_format::Preamble p;
  std::memcpy(&p, shorter.data(), sizeof p);
  shorter.erase(4096, 4);
  p.index_begin -= 4;
  std::memcpy(shorter.data(), &p, sizeof p);
  write_file(folder / "p", test::signed_pack(shorter));
  CHECK_THROWS_WITH(load_feature_table(folder / "p"),
                    Contains("its data are not a table of 6 rows"));
  shorter.erase(4096, 5 * 4);
  p.index_begin -= 5 * 4;
  std::memcpy(shorter.data(), &p, sizeof p);
  write_file(folder / "p", test::signed_pack(shorter));
  CHECK_THROWS_WITH(load_feature_table(folder / "p"),
                    Contains("holds 27 columns, the set librosa has 28"));
  put_file(folder / "t.csv",
           test::table(6).replace(test::table(6).find("song0"), 5, std::string("so\0g0", 5)));
  CHECK_THROWS_WITH(pack(folder / "t.csv", folder / "q"), Contains("holds a NUL byte"));
}

TEST_CASE("damage to the data is found by the stretch") {
  const TemporaryFolder folder;
  const std::string part(40 << 20, 'x');
  PackIndex index{.kind = PackKind::table,
                  .classes = {"a", "b"},
                  .names = {"1", "2", "3"},
                  .labels = {0, 1, 1},
                  .shapes = {},
                  .hashes = {},
                  .left_out = {},
                  .notes = {}};
  PackWriter writer(folder / "p", folder / "p");
  for (int i = 0; i < 3; ++i) writer.add(part);
  writer.finish(index);
  const Pack whole = open_pack(folder / "p");
  CHECK(whole.checksums.size() == 2);
  std::vector<std::int64_t> seen;
  check_data(whole, [&](std::int64_t done, std::int64_t) { seen.push_back(done); });
  CHECK(seen == std::vector<std::int64_t>{1, 2});
  {
    std::fstream file(folder / "p", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(100'000'000);
    file.put('y');
  }
  CHECK_THROWS_WITH(check_data(open_pack(folder / "p")),
                    Contains("its data are damaged between bytes 67112960 and 125833216"));
}
