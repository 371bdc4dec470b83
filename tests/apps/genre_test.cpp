// tutti genre: songs named, listed, put into playlists and tagged.
#include <fcntl.h>
#include <sys/stat.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "datasets/audio/wav.h"
#include "datasets/genre_tag.h"
#include "kernels/support/random.h"
#include "tests/support/catch.h"
#include "tests/support/program.h"

using nlohmann::json;
using tutti::read_genre_tag;
using tutti::test::run_tutti;
using tutti::test::TemporaryFolder;
using tutti::test::text_of;
using tutti::test::word;
namespace fs = std::filesystem;

namespace {

/// Some songs and a small model of them, made once.
struct Library {
  TemporaryFolder folder;
  fs::path songs = folder / "songs/audio", run = folder / "run";
  Library() {
    REQUIRE(
        run_tutti("synth --songs 2 --seconds 4 --quiet --out " + word(folder / "songs")).status ==
        0);
    REQUIRE(run_tutti("spectrogram " + word(songs) + " --bands mel128 --quiet --out " +
                      word(folder / "mel"))
                .status == 0);
    REQUIRE(run_tutti("train melcnn --members 1 --statistics 1 --channels 8 --crop 64 --batch 4 "
                      "--epochs 2 --statistics-epochs 20 --test 0 --validation 0 --quiet --data " +
                      word(folder / "mel") + " --out " + word(run))
                .status == 0);
  }
  std::string genre(const std::string& arguments) const {
    return "genre --quiet --run " + word(run) + ' ' + arguments;
  }
};

const Library& library() {
  static const Library one;
  return one;
}

}  // namespace

TEST_CASE("The likeliest genres of songs are told, to people and to programs") {
  const auto& l = library();
  const auto told = run_tutti(l.genre(word(l.songs / "thud") + " --top 2"));
  REQUIRE(told.status == 0);
  CHECK_THAT(told.out, Contains("thud.00000.wav\n    ") && Contains(" %   "));
  const auto result = run_tutti(l.genre(word(l.songs / "thud") + " --json --windows --top 2"));
  REQUIRE(result.status == 0);
  const json songs = json::parse(result.out).at("predictions");
  REQUIRE(songs.size() == 2);
  const json& top = songs[0].at("top");
  REQUIRE(top.size() == 2);
  CHECK(top[0].at("genre") == songs[0].at("genre"));
  CHECK(top[0].at("probability") >= top[1].at("probability"));
  CHECK(songs[0].at("windows").size() == 1);
  CHECK(songs[0].at("sure") == true);
  const auto csv = run_tutti(l.genre(word(l.songs) + " --csv"));
  CHECK(std::count(csv.out.begin(), csv.out.end(), '\n') == 21);
  const auto unsure = run_tutti(l.genre(word(l.songs / "thud") + " --min-probability 1"));
  CHECK_THAT(unsure.out, Contains("not sure: "));
  const auto row = run_tutti(l.genre(word(l.songs / "thud") + " --min-probability 1 --csv")).out;
  CHECK_THAT(row, Contains(".wav,,,0.") && !Contains(",thud,0."));
}

TEST_CASE("A long song is classified window by window, and like its parts") {
  const auto& l = library();
  const TemporaryFolder folder;
  const auto wave = [&](const std::string& name, int seconds, int from) {
    std::vector<float> samples;
    for (int i = from * 22050; i < (from + seconds) * 22050;
         ++i)  // a tone that rises window by window
      samples.push_back(static_cast<float>(0.5 * std::sin(i * (0.01 + 0.004 * (i / 661500)))));
    tutti::write_wav(folder / name, samples, 22050);
  };
  wave("long.wav", 19 * 30, 0);  // more windows than are classified at once
  wave("part.wav", 30, 17 * 30);
  const auto result = run_tutti(l.genre(word(folder.path()) + " --windows --json"));
  REQUIRE(result.status == 0);
  const json songs = json::parse(result.out).at("predictions");
  const json &windows = songs[0].at("windows"), &part = songs[1].at("probabilities");
  REQUIRE(windows.size() == 19);
  for (const auto& [genre, probability] : songs[0].at("probabilities").items()) {
    double sum = 0;
    for (const auto& window : windows) sum += window.at("probabilities").at(genre).get<double>();
    CHECK(sum / 19 == Approx(probability.get<double>()).margin(1e-5));
    CHECK(windows[17].at("probabilities").at(genre).get<double>() ==
          Approx(part.at(genre).get<double>()).margin(1e-4));
  }
}

TEST_CASE("Silence is not a genre, and gets no tag") {
  const TemporaryFolder folder;
  const std::vector<float> nothing(22'050 * 2);
  tutti::write_wav(folder / "silence.wav", nothing, 22'050);
  const auto told = run_tutti("genre --quiet " + word(folder / "silence.wav"));
  CHECK_THAT(told.out, Contains("not sure: "));
  const auto tags = run_tutti("genre --quiet --dry-run " + word(folder / "silence.wav"));
  CHECK_FALSE(tags.err.find("would change") != std::string::npos);
}

TEST_CASE("The built-in model is unsure of noise, of a tone, and of a sweep") {
  const TemporaryFolder folder;
  constexpr int rate = 22'050;
  std::vector<float> noise, tone, sweep;
  double low = 0;
  tutti::RandomStream random(7);
  for (int i = 0; i < 30 * rate; ++i) {
    const double t = static_cast<double>(i) / rate;
    low += 0.003 * (random.normal() - low);
    noise.push_back(static_cast<float>(low));  // brown
    tone.push_back(static_cast<float>(std::sin(2764.6 * t)));
    sweep.push_back(static_cast<float>(std::sin(2 * 3.14159265 * (20 + 160 * t) * t)));
  }
  tutti::write_wav(folder / "noise.wav", noise, rate);
  tutti::write_wav(folder / "tone.wav", tone, rate);
  tutti::write_wav(folder / "sweep.wav", sweep, rate);
  const auto told = run_tutti("genre --quiet --json " + word(folder.path()));
  for (const auto& sound : json::parse(told.out).at("predictions")) {
    INFO(sound.at("path") << ' ' << sound.at("top"));
    CHECK(sound.at("probability") < 0.6);
  }
}

TEST_CASE("The built-in model names songs without training, and any command takes it for a run") {
  const auto& l = library();
  const auto told = run_tutti("genre --quiet --json " + word(l.songs / "thud"));
  REQUIRE(told.status == 0);
  const json songs = json::parse(told.out).at("predictions");
  REQUIRE(songs.size() == 2);
  CHECK(songs[0].at("probabilities").size() == 10);
  CHECK(songs[0].at("top").size() == 3);
  const auto predicted = run_tutti("predict pretrained --quiet --json " + word(l.songs / "thud"));
  CHECK(json::parse(predicted.out).at("predictions")[0].at("genre") == songs[0].at("genre"));
}

TEST_CASE("Playlists hold the songs of each genre that the model is sure of") {
  const auto& l = library();
  const TemporaryFolder folder;
  const json songs =
      json::parse(
          run_tutti(l.genre(word(l.songs) + " --json --playlists " + word(folder / "lists"))).out)
          .at("predictions");
  std::size_t listed = 0;
  for (const auto& song : songs) {
    const std::string list =
        text_of(folder / "lists" / (song.at("genre").get<std::string>() + ".m3u8"));
    CHECK_THAT(list,
               StartsWith("#EXTM3U\n") && Contains(song.at("path").get<std::string>() + "\n"));
  }
  for (const auto& list : fs::directory_iterator(folder / "lists")) {
    const std::string text = text_of(list.path());
    listed += static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) - 1;
  }
  CHECK(listed == 20);
  REQUIRE(run_tutti(
              l.genre(word(l.songs) + " --min-probability 1 --playlists " + word(folder / "none")))
              .status == 0);
  CHECK(fs::is_empty(folder / "none"));

  const fs::path odd = folder / "two\nlines.wav";
  fs::copy_file(l.songs / "thud/thud.00000.wav", odd);
  const auto left_out =
      run_tutti(l.genre(word(folder.path()) + " --quiet --playlists " + word(folder / "odd")));
  CHECK(left_out.status == 1);
  CHECK_THAT(left_out.err, Contains("a playlist cannot hold a path with a line break"));
  CHECK_THAT(left_out.out, Contains(" %"));  // it has its answer
}

TEST_CASE("Tags are written for those who ask, and nothing else changes") {
  const auto& l = library();
  const TemporaryFolder folder;
  const fs::path song = folder / "it's a söng\a.wav";
  fs::copy_file(l.songs / "thud/thud.00000.wav", song);
  fs::permissions(song, fs::perms(0640));
  const auto genre = [&] {
    return json::parse(run_tutti(l.genre(word(song) + " --json")).out)["predictions"][0]["genre"];
  };
  const std::string before = text_of(song), named = genre();
  const auto dry = run_tutti(l.genre(word(song) + " --write-tags --dry-run"));
  CHECK(dry.status == 0);
  CHECK_THAT(dry.err, Contains("would change its genre from '' to '" + named + "'"));
  CHECK_THAT(dry.err, !Contains("\a"));
  CHECK(text_of(song) == before);

  REQUIRE(run_tutti(l.genre(word(song) + " --write-tags")).status == 0);
  CHECK(read_genre_tag(song) == named);
  CHECK(fs::status(song).permissions() == fs::perms(0640));
  CHECK_THAT(text_of(song), Contains(before.substr(44, 4000)));  // the sound is as it was
  CHECK(genre() == named);
  CHECK_THAT(run_tutti(l.genre(word(song) + " --dry-run")).err, !Contains("would change"));
  const auto written = fs::last_write_time(song);
  REQUIRE(run_tutti(l.genre(word(song) + " --write-tags")).status == 0);
  CHECK(fs::last_write_time(song) == written);  // it said so before
}

TEST_CASE("Songs whose tags cannot be written are named and stay as they are") {
  const auto& l = library();
  const TemporaryFolder folder;
  fs::copy_file(l.songs / "thud/thud.00000.wav", folder / "a.wav");
  const std::string before = text_of(folder / "a.wav");
  const std::string command = "trap '' XFSZ; ulimit -f 1; exec '" TUTTI_PROGRAM "' " +
                              l.genre(word(folder / "a.wav") + " --write-tags 2>") +
                              word(folder / "err");
  CHECK(std::system(("bash -c " + word(command) + " >/dev/null").c_str()) != 0);
  CHECK_THAT(text_of(folder / "err"), Contains("cannot write") && Contains("a.wav"));
  CHECK(text_of(folder / "a.wav") == before);
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 2);
}

TEST_CASE("What is not a song is named, and the others get their genre") {
  const auto& l = library();
  const TemporaryFolder folder;
  fs::create_directories(folder / "deep/er/empty");
  fs::copy_file(l.songs / "thud/thud.00000.wav", folder / "deep/er/good.wav");
  std::ofstream(folder / "deep/text.mp3") << "no music at all";
  const auto result = run_tutti(l.genre(word(folder.path())));
  CHECK(result.status == 1);
  CHECK_THAT(result.out, Contains("good.wav"));
  CHECK_THAT(result.err, Contains("text.mp3"));
  const auto empty = run_tutti(l.genre(word(folder / "deep/er/empty")));
  CHECK(empty.status == 1);
  CHECK_THAT(empty.err, Contains("empty") && Contains("no songs"));
}
