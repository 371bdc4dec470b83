#include "datasets/audit/audit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>

#include "datasets/audio/audio.h"
#include "datasets/audio/wav.h"
#include "datasets/audit/sound_facts.h"
#include "datasets/audit/sound_prints.h"
#include "datasets/song_pictures.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/threads.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"
#include "tests/support/values.h"

using namespace tutti;
namespace fs = std::filesystem;

namespace {

using Samples = std::vector<float>;

/// Three fading notes every fifth of a second, drawn by a salt.
Samples melody(double seconds, std::uint32_t salt) {
  Samples samples = test::uniform(static_cast<std::int64_t>(seconds * song_rate), salt, 0.002);
  constexpr std::size_t note = song_rate / 5;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto number = static_cast<std::uint32_t>(i / note);
    const double time = static_cast<double>(i) / song_rate;
    const double fading = std::exp(-8 * static_cast<double>(i % note) / song_rate);
    for (std::uint32_t voice = 0; voice < 3; ++voice) {
      const double hertz = 80 * std::exp2(test::hash(3 * number + voice, salt) % 72 / 12.0);
      samples[i] +=
          static_cast<float>(0.2 * fading * std::sin(2 * std::numbers::pi * hertz * time));
    }
  }
  return samples;
}

/// As from a poor coder: quieter, noisy, without high frequencies.
Samples coded(Samples samples) {
  const auto noise = test::uniform(std::ssize(samples), 77, 0.01);
  float low = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    low += 0.6f * (samples[i] - low);
    samples[i] = std::round(64 * (0.3f * low + 0.3f * noise[i])) / 64;
  }
  return samples;
}

Samples cut(const Samples& samples, double from, double to) {
  return {samples.begin() + static_cast<std::ptrdiff_t>(from * song_rate),
          samples.begin() + static_cast<std::ptrdiff_t>(to * song_rate)};
}

class Library {
 public:
  void put(const std::string& name, const Samples& samples, int rate = song_rate) const {
    fs::create_directories((folder_ / name).parent_path());
    write_wav(folder_ / name, samples, rate);
  }
  const fs::path& path() const { return folder_.path(); }
  Audit audit(const AuditOptions& options = {}) const { return tutti::audit(path(), options); }
  std::string error(const AuditOptions& options = {}) const {
    try {
      audit(options);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

 private:
  test::TemporaryFolder folder_;
};

std::vector<std::string> faults(const Audit& audit) {
  std::vector<std::string> lines;
  for (const auto& [path, kind, reason] : audit.faults)
    lines.push_back(path.generic_string() + ": " + kind + ": " + reason);
  return lines;
}

Clips clips_of(const std::vector<std::vector<std::uint8_t>>& pictures, std::int64_t bands) {
  Clips clips;
  std::vector<std::uint8_t> all;
  for (const auto& picture : pictures) {
    const auto frames = std::ssize(picture) / bands;
    clips.spans.push_back({std::ssize(all) / bands, frames});
    clips.paths.push_back("clip" + std::to_string(clips.paths.size()));
    all.insert(all.end(), picture.begin(), picture.end());
  }
  clips.frames = Tensor::empty({std::ssize(all) / bands, bands}, DType::uint8, Device::cpu);
  std::copy(all.begin(), all.end(), clips.frames.data<std::uint8_t>());
  return clips;
}

std::vector<std::uint8_t> random_picture(std::int64_t frames, std::int64_t bands,
                                         std::uint32_t salt) {
  std::vector<std::uint8_t> levels;
  for (std::int64_t i = 0; i < frames * bands; ++i)
    levels.push_back(
        static_cast<std::uint8_t>(test::hash(static_cast<std::uint32_t>(i), salt) >> 24));
  return levels;
}

}  // namespace

TEST_CASE("agreements at all lags come out of the low frequencies as they are") {
  constexpr std::int64_t bands = 34;
  auto long_one = random_picture(900, bands, 1);
  std::vector<std::uint8_t> late(long_one.begin() + 100 * bands, long_one.begin() + 700 * bands);
  const auto a = sound_print(long_one.data(), 900, bands, 1);
  const auto b = sound_print(late.data(), 600, bands, 1);
  REQUIRE(a.frames == 900 - 21);
  CHECK(agreement(a, b, 100) > 0.95 * print_bands * static_cast<double>(b.frames));
  CHECK(frames_in_common(a.frames, b.frames, 100) == b.frames);
  CHECK(frames_in_common(a.frames, b.frames, -100) == b.frames - 100);

  Fourier fourier;
  const auto x = print_spectrum(a, fourier), y = print_spectrum(b, fourier);
  std::vector<ComplexLanes> sums;
  agreements(x, {&y, &x, &y, &y, &x, &y, &y, &x}, fourier, sums);
  const auto sum = [&](int one, std::int64_t at) {
    return one < 4 ? sums[at].real[one] : sums[at].imaginary[one - 4];
  };
  const auto full = static_cast<double>(print_bands * b.frames);
  for (const int one : {0, 2, 3, 5, 6}) {
    CHECK(sum(one, 100) > 0.7 * full);
    CHECK(std::abs(sum(one, 924)) < 0.2 * full);
  }
  for (const int one : {1, 4, 7})
    CHECK(sum(one, 0) > 0.7 * print_bands * static_cast<double>(a.frames));
}

TEST_CASE("copies are found whatever their level, coding and beginning, and nothing else is") {
  const Library library;
  const auto song = melody(30, 1);
  library.put("rock/a.wav", song);
  library.put("rock/exact.wav", song);
  library.put("pop/coded.wav", coded(song));
  library.put("jazz/excerpt.wav", coded(cut(song, 7.3, 19)));
  for (std::uint32_t i = 2; i < 12; ++i)
    library.put("rock/other" + std::to_string(i) + ".wav", melody(30, i));
  const auto found = library.audit();
  CHECK(found.media == Media::songs);
  CHECK(found.clips.size() == 14);
  CHECK(faults(found) ==
        std::vector<std::string>{"jazz/excerpt.wav: short: lasts 11.7 s, most of the others 30 s"});
  std::map<std::pair<std::string, std::string>, Copy> copies;
  for (const auto& copy : found.copies)
    copies[{found.clips[copy.first].stem(), found.clips[copy.second].stem()}] = copy;
  REQUIRE(copies.size() == 6);
  CHECK(copies.at({"a", "exact"}).same_frames);
  CHECK_FALSE(copies.at({"coded", "a"}).same_frames);
  CHECK(copies.at({"coded", "a"}).lag == 0);
  const auto excerpt = copies.at({"excerpt", "a"});
  CHECK(static_cast<double>(excerpt.lag) * found.seconds_a_frame == Approx(-7.3).margin(0.1));
  CHECK(excerpt.overlap == 1);
  CHECK(excerpt.similarity > 0.3);
}

TEST_CASE("copies of pictures of other sizes are found, silent and tiny ones are not") {
  constexpr std::int64_t bands = 127;
  const auto wide = random_picture(2900, bands, 1), other = random_picture(2900, bands, 2);
  const std::vector<std::uint8_t> tail(wide.begin() + 1450 * bands, wide.end());
  const std::vector<std::uint8_t> silent(2900 * bands, 7);
  const auto tiny = random_picture(9, bands, 3);
  const auto copies = find_copies(clips_of({wide, other, tail, silent, silent, tiny, tiny}, bands));
  REQUIRE(copies.size() == 2);
  CHECK(copies[0].first == 0);
  CHECK(copies[0].second == 2);
  CHECK(copies[0].lag == Approx(1450).margin(3));
  CHECK(copies[1].first == 5);
  CHECK(copies[1].same_frames);
  CHECK(find_copies(clips_of({}, bands)).empty());
}

TEST_CASE("copies do not depend on the number of threads") {
  std::vector<std::vector<std::uint8_t>> pictures;
  for (std::uint32_t i = 0; i < 11; ++i) pictures.push_back(random_picture(100, 40, i % 5));
  const auto clips = clips_of(pictures, 40);
  const int threads = thread_count();
  std::vector<std::string> texts;
  for (const int count : {1, 3}) {
    set_thread_count(count);
    std::string text;
    for (const auto& copy : find_copies(clips))
      text += std::to_string(copy.first) + '-' + std::to_string(copy.second) + ' ';
    texts.push_back(text);
  }
  set_thread_count(threads);
  CHECK(texts[0] == "0-5 0-10 1-6 2-7 3-8 4-9 5-10 ");
  CHECK(texts[1] == texts[0]);
}

TEST_CASE("silent, clipped, truncated and short songs and other rates are named") {
  const Library library;
  const auto song = [](std::uint32_t salt) { return melody(10, salt); };
  for (std::uint32_t i = 1; i < 12; ++i) library.put("good" + std::to_string(i) + ".wav", song(i));
  library.put("silent.wav", Samples(10 * song_rate));
  auto loud = song(20);
  for (float& x : loud) x = std::clamp(6 * x, -0.8f, 0.8f);
  library.put("clipped.wav", loud);
  auto late = song(21);
  std::fill(late.begin(), late.begin() + 2 * song_rate, 0.0f);
  std::fill(late.end() - song_rate * 3 / 2, late.end(), 0.0f);
  library.put("late.wav", late);
  library.put("rate.wav", melody(20, 22), 2 * song_rate);
  library.put("short.wav", melody(4, 23));
  library.put("tiny.wav", melody(0.2, 24));
  library.put("whole.wav", song(25));
  const std::string whole = read_file(library.path() / "whole.wav");
  write_file(library.path() / "whole.wav", whole.substr(0, whole.size() / 2));
  write_file(library.path() / "text.mp3", "just text");
  const auto found = library.audit();
  const auto lines = faults(found);
  const std::vector<std::string> starts = {
      "clipped.wav: clipped: ",
      "late.wav: silence: begins with 2 s of silence and ends with 1.5 s of silence",
      "rate.wav: rate: has 44100 samples a second, most of the others 22050",
      "short.wav: short: lasts 4 s, most of the others 10 s",
      "silent.wav: silent: holds no sound",
      "text.mp3: unreadable: cannot be read as audio",
      "tiny.wav: short: lasts 0.2 s",
      "tiny.wav: unreadable: lasts 0.2 s; a song of at least 1 s",
      "whole.wav: truncated: lacks 50 %",
      "whole.wav: short: lasts 5 s"};
  CAPTURE(lines);
  REQUIRE(lines.size() == starts.size());
  for (std::size_t i = 0; i < lines.size(); ++i) CHECK(lines[i].starts_with(starts[i]));
}

TEST_CASE("a tone that only just reaches full scale is not called clipped") {
  const test::TemporaryFolder folder;
  for (const double hertz : {40.0, 441.0, 3000.0}) {
    Samples tone(2 * song_rate);
    for (std::size_t i = 0; i < tone.size(); ++i)
      tone[i] = static_cast<float>(
          0.999 * std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / song_rate));
    write_wav(folder / "tone.wav", tone, song_rate);
    const auto facts = sound_facts(folder / "tone.wav");
    CHECK(facts.clipped < 1e-3);
    CHECK(facts.loudest == Approx(0.999).epsilon(1e-2));
    CHECK(facts.seconds == 2);
    CHECK(facts.missing == 0);
  }
}

TEST_CASE("pictures are audited where there are no songs") {
  const test::TemporaryFolder folder;
  std::uint32_t salt = 0;
  const auto put = [&](const std::string& name, std::int64_t rows, std::int64_t columns,
                       const std::function<int(std::int64_t)>& level_of_column) {
    GrayPicture picture{rows, columns, {}};
    ++salt;
    for (std::int64_t row = 0; row < rows; ++row)
      for (std::int64_t column = 0; column < columns; ++column)
        picture.pixels.push_back(static_cast<std::uint8_t>(
            level_of_column(column)
                ? test::hash(static_cast<std::uint32_t>(row * columns + column), salt) >> 24
                : 0));
    fs::create_directories((folder / name).parent_path());
    write_png(folder / name, picture);
  };
  const auto sound = [](std::int64_t) { return 1; };
  for (int i = 0; i < 20; ++i) put("rock/" + std::to_string(10 + i) + ".png", 64, 300, sound);
  put("jazz/black.png", 64, 300, [](std::int64_t) { return 0; });
  put("jazz/flat.png", 32, 300, sound);
  put("jazz/late.png", 64, 300, [](std::int64_t t) { return t >= 30; });
  put("jazz/short.png", 64, 150, sound);
  const auto found = audit(folder.path(), {});
  CHECK(found.media == Media::pictures);
  CHECK(found.copies.empty());
  CHECK(
      faults(found) ==
      std::vector<std::string>{
          "jazz/black.png: silent: is of one level everywhere",
          "jazz/flat.png: unreadable: has 32 rows of frequencies, most of the others 64; pictures "
          "made alike are wanted",
          "jazz/late.png: silence: begins with 10 % of silence",
          "jazz/short.png: short: has 150 columns, most of the others 300"});
}

TEST_CASE("a split is searched for one recording and one artist on both sides") {
  const Library library;
  const auto song = melody(20, 1);
  library.put("pop/a.wav", song);
  library.put("pop/b.wav", coded(song));
  for (std::uint32_t i = 2; i < 6; ++i) {
    library.put("pop/p" + std::to_string(i) + ".wav", melody(20, i));
    library.put("rock/r" + std::to_string(i) + ".wav", melody(20, 10 + i));
  }
  const test::TemporaryFolder lists;
  write_file(lists / "train", "pop/a.wav\npop/p2\nrock/r2\nrock/r3\n");
  write_file(lists / "test", "b\np3\nr4.mp3\n");
  write_file(lists / "index.txt",
             "## remarks ::: of no use\n"
             "a.wav ::: Ann ::: Song\nb.wav ::: ann ::: song\np2.wav ::: Ann ::: Other\n"
             "r2.wav ::: Ron ::: \nr4.wav ::: Ron :::\np4.wav ::: Pat ::: X\np5.wav ::: Pat ::: X\n"
             "elsewhere.wav ::: Eve ::: Y\n");
  AuditOptions options{
      split_plan_named("files:" + (lists / "train").string() + "," + (lists / "test").string()),
      lists / "index.txt"};
  const auto found = library.audit(options);
  REQUIRE(found.copies.size() == 1);
  CHECK(found.crosses(found.copies[0].first, found.copies[0].second));
  REQUIRE(found.listed.size() == 2);
  CHECK(found.clips[found.listed[0].first] == "pop/a.wav");
  CHECK(found.listed[0].found);
  CHECK_FALSE(found.listed[1].found);
  CHECK_FALSE(found.crosses(found.listed[1].first, found.listed[1].second));
  REQUIRE(found.artists.size() == 1);
  CHECK(found.artists[0].artist == "Ron");
  CHECK(found.artists[0].clips == std::array<std::int64_t, 3>{1, 0, 1});

  write_file(lists / "groups.csv", "file,artist\na,A\nb,B\np2,A\np3,B\nr2,R\nr3,R\nr4,S\n");
  options = {split_plan_named("groups:" + (lists / "groups.csv").string()), lists / "groups.csv"};
  CHECK(library.audit(options).artists.empty());

  write_file(lists / "index.txt", "x.wav ::: A ::: B\n");
  options = {{}, lists / "index.txt"};
  CHECK_THAT(library.error(options), Contains("index.txt names none of the 10 clips"));
  options = {{}, lists / "none.txt"};
  CHECK_THAT(library.error(options), Contains("none.txt"));
}

TEST_CASE("what cannot be audited is refused") {
  const Library library;
  CHECK_THAT(library.error(), Contains("holds no songs") && Contains("and no pictures"));
  library.put("one.wav", melody(2, 1));
  CHECK_THAT(library.error(), Contains("has one clip that can be used"));
  fs::remove(library.path() / "one.wav");
  write_file(library.path() / "text.mp3", "just text");
  CHECK_THAT(library.error(), Contains("has no clip that can be used") && Contains("text.mp3"));
  CHECK_THROWS_WITH(audit(library.path() / "none", {}), Contains("none: No such file"));
  CHECK_THROWS_WITH(audit(library.path() / "text.mp3", {}), Contains("is a file; a folder"));
}

TEST_CASE("the copies in the published clips are found, and nothing else") {
  const auto root = test::real_data("gtzan-mel/genres");
  const auto index = test::real_data("gtzan-splits/GTZANindex.txt");
  if (!root || !index) return;
  const auto found = audit(*root, {{}, *index});
  CHECK(found.clips.size() == 709);
  const auto heard = std::ranges::count_if(found.listed, &ListedPair::found);
  CHECK(found.listed.size() == 71);
  CHECK(heard >= 52);
  // Sturm spells the titles of two pairs in two ways, and has none for others.
  std::vector<std::string> other;
  for (const auto& copy : found.copies) {
    const Song &a = found.songs[copy.first], &b = found.songs[copy.second];
    if (!a.title.empty() && !b.title.empty() && !same_song(a, b))
      other.push_back(a.title + " / " + b.title);
  }
  CHECK(other == std::vector<std::string>{"How Strange / How Strang",
                                          "Caught InThe Middle / Caught In The Middle"});
}
