#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "datasets/audio/audio.h"
#include "datasets/audio/synth/synth.h"
#include "datasets/audio/wav.h"
#include "tests/support/catch.h"
#include "tests/support/program.h"

using nlohmann::json;
using tutti::synthetic_genres;
using tutti::synthetic_song;
using tutti::test::run_tutti;
using tutti::test::TemporaryFolder;
using tutti::test::text_of;
using tutti::test::word;
namespace fs = std::filesystem;

namespace {

constexpr int genres = 2, songs_per_genre = 10;

void put_song(const fs::path& path, int genre, std::int64_t number, double seconds) {
  fs::create_directories(path.parent_path());
  tutti::write_wav(path, synthetic_song(genre, number, 1, seconds), tutti::song_rate);
}

/// Ten short songs of each of two genres, and runs of both kinds trained on them, made once.
struct Trained {
  TemporaryFolder folder;
  fs::path audio = folder / "audio", table = folder / "songs.csv", tree = folder / "genres",
           lstm = folder / "lstm", ensemble = folder / "ensemble";

  Trained() {
    for (int genre = 0; genre < genres; ++genre)
      for (int i = 0; i < songs_per_genre; ++i)
        put_song(audio / synthetic_genres()[genre] / ("song" + std::to_string(i) + ".wav"), genre,
                 i, 3);
    run("features " + word(audio) + " --out " + word(table));
    run("spectrogram " + word(audio) + " --out " + word(tree));
    run("train rnn --data " + word(table) + " --out " + word(lstm) + " --epochs 30 --batch 8");
    run("train ensemble --data " + word(tree) + " --out " + word(ensemble) +
        " --members 2 --epochs 6 --batch 4 --split random");
  }

  static void run(const std::string& command) {
    CAPTURE(command);
    const auto result = run_tutti(command + " --quiet");
    CAPTURE(result.err);
    REQUIRE(result.status == 0);
  }
};

const Trained& trained_on_songs() {
  static const Trained runs;
  return runs;
}

json predict(const fs::path& run, const std::string& words) {
  const auto result = run_tutti("predict " + word(run) + " --json " + words);
  CAPTURE(result.err);
  REQUIRE(result.status == 0);
  return json::parse(result.out);
}

}  // namespace

TEST_CASE("A folder of songs becomes a table and a tree that say how they were made", "[songs]") {
  const auto& t = trained_on_songs();
  std::istringstream table(text_of(t.table));
  std::string header, row;
  std::getline(table, header);
  std::getline(table, row);
  CHECK(header.starts_with("filename,tempo,beats,chroma_stft,rmse,"));
  CHECK(header.ends_with(",mfcc20,label"));
  CHECK(row.starts_with(synthetic_genres()[0] + "/song0.wav,"));  // both genres have a song0
  CHECK(row.ends_with("," + synthetic_genres()[0]));
  CHECK(json::parse(text_of(t.table.string() + ".json")).at("compat") == "0.11");
  CHECK(json::parse(text_of(t.tree / "spectrogram.json")).at("scale") == "mel");
  for (int genre = 0; genre < genres; ++genre)
    CHECK(fs::exists(t.tree / synthetic_genres()[genre] / "resized009.png"));
  CHECK(json::parse(text_of(t.lstm / "run.json")).at("preprocessing").at("compat") == "0.11");
  CHECK(json::parse(text_of(t.ensemble / "run.json")).at("preprocessing").at("scale") == "mel");
}

TEST_CASE("Of many warnings the first are shown, and --json has all", "[songs]") {
  const TemporaryFolder folder;
  const auto result = run_tutti("features " + word(trained_on_songs().audio) +
                                " --json --quiet --out " + word(folder / "songs.csv"));
  CHECK(json::parse(result.out).at("warnings").size() == 20);
  CHECK_THAT(result.err, Contains("song4.wav: lasts 3 s") && !Contains("song5.wav"));
  CHECK_THAT(result.err, Contains("15 more warnings like these; --json lists all"));
}

TEST_CASE("Both kinds of model name the genres of songs that they have not heard", "[songs]") {
  const TemporaryFolder folder;
  for (int genre = 0; genre < genres; ++genre)
    for (int i = 0; i < 4; ++i)
      put_song(folder / (std::to_string(genre) + std::to_string(i) + ".wav"), genre, 100 + i, 3);
  for (const auto& run : {trained_on_songs().lstm, trained_on_songs().ensemble}) {
    CAPTURE(run.string());
    const auto predictions = predict(run, word(folder.path())).at("predictions");
    REQUIRE(predictions.size() == 8);
    int right = 0;
    for (std::size_t i = 0; i < 8; ++i)
      right += predictions[i].at("genre") == synthetic_genres()[i / 4];
    CHECK(right >= 7);
  }
}

TEST_CASE("A song gets the answer of its row and of its picture", "[songs]") {
  const auto& t = trained_on_songs();
  const std::string genre = synthetic_genres()[1];
  const json heard = predict(t.lstm, word(t.audio)).at("predictions"),
             read = predict(t.lstm, word(t.table)).at("predictions");
  REQUIRE(heard.size() == 20);
  for (std::size_t i = 0; i < heard.size(); ++i)
    CHECK(heard[i].at("probabilities") == read.at(i).at("probabilities"));
  const json
      listened = predict(t.ensemble, word(t.audio / genre / "song3.wav")).at("predictions").at(0),
      seen = predict(t.ensemble, word(t.tree / genre / "resized003.png")).at("predictions").at(0);
  CHECK(listened.at("probabilities") == seen.at("probabilities"));
  CHECK(listened.at("votes").size() == 2);
}

TEST_CASE("The windows of 30 s of a long song vote", "[songs]") {
  const auto& t = trained_on_songs();
  const TemporaryFolder folder;
  // 40 s of one genre, 40 s of the other: of the windows at 0, 30 and 60 s the last is 20 s long.
  auto samples = synthetic_song(0, 50, 1, 40);
  const auto other = synthetic_song(1, 50, 1, 40);
  samples.insert(samples.end(), other.begin(), other.end());
  tutti::write_wav(folder / "long.wav", samples, tutti::song_rate);
  samples.resize(static_cast<std::size_t>(70 * tutti::song_rate));  // the last 10 s do not count
  tutti::write_wav(folder / "shorter.wav", samples, tutti::song_rate);

  for (const auto& run : {t.lstm, t.ensemble}) {
    CAPTURE(run.string());
    const json song =
        predict(run, word(folder / "long.wav") + " --windows").at("predictions").at(0);
    REQUIRE(song.at("windows").size() == 3);
    for (const auto& [genre, probability] : song.at("probabilities").items()) {
      double sum = 0;
      for (const auto& window : song["windows"])
        sum += window.at("probabilities").at(genre).get<double>();
      CHECK(probability.get<double>() == Approx(sum / 3).margin(1e-6));
    }
    CHECK(song["windows"][2].at("start") == 60);
    CHECK(predict(run, word(folder / "shorter.wav") + " --windows")
              .at("predictions")[0]["windows"]
              .size() == 2);
    CHECK_FALSE(predict(run, word(folder / "long.wav")).at("predictions")[0].contains("windows"));
  }
  const auto text =
      run_tutti("predict " + word(t.lstm) + " " + word(folder / "long.wav") + " --windows").out;
  CHECK_THAT(text, Contains("from 0:30") && Contains("from 1:00"));
  const auto csv =
      run_tutti("predict " + word(t.lstm) + " " + word(folder / "long.wav") + " --windows --csv")
          .out;
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 5);
  CHECK(csv.starts_with("path,start,genre,probability,votes," + synthetic_genres()[0] + ","));
}

TEST_CASE("Of good and bad songs the good get their answer and the bad are listed", "[songs]") {
  const auto& t = trained_on_songs();
  const TemporaryFolder folder;
  put_song(folder / "it's \"good\".wav", 0, 60, 3);
  put_song(folder / "Füße und 音楽.wav", 1, 61, 3);
  put_song(folder / "no extension", 1, 62, 3);
  tutti::write_wav(folder / "short.wav", std::vector<float>(100), tutti::song_rate);
  tutti::write_wav(folder / "silent.wav", std::vector<float>(30 * tutti::song_rate),
                   tutti::song_rate);
  std::ofstream(folder / "bad.mp3") << "la la la";
  std::ofstream(folder / "notes.txt") << "la la la";  // no song, and not called one
  fs::create_directory(folder / "folder.wav");
  for (const auto& run : {t.lstm, t.ensemble}) {
    const auto result = run_tutti("predict " + word(run) + " " + word(folder.path()) + " --json");
    CHECK(result.status == 1);
    const json document = json::parse(result.out);
    CHECK(document.at("predictions").size() == 4);
    REQUIRE(document.at("errors").size() == 2);
    CHECK(document["errors"][0].at("path") == (folder / "bad.mp3").string());
    CHECK_THAT(document["errors"][1].at("reason").get<std::string>(), Contains("at least 1 s"));
    CHECK(document.at("warnings").size() == 4);
    CHECK_THAT(result.err,
               Contains("tutti: warning: " + (folder / "silent.wav").string() + ": is silent") &&
                   Contains("lasts 3 s, less than 30 s") &&
                   Contains("tutti: " + (folder / "bad.mp3").string() + ": "));
  }
  const auto missing = run_tutti("predict " + word(t.lstm) + " " + word(folder / "none.wav"));
  CHECK(missing.status == 1);
  CHECK_THAT(missing.err, Contains("none.wav: cannot be read: No such file"));
}

TEST_CASE("Tables and trees leave out bad songs, list them, and refuse folders without any",
          "[songs]") {
  const TemporaryFolder folder;
  put_song(folder / "audio" / "a" / "1.wav", 0, 1, 3);
  put_song(folder / "audio" / "b" / "2.wav", 0, 1, 3);
  std::ofstream(folder / "audio" / "b" / "bad.wav") << "la la la";
  for (const std::string command : {"features", "spectrogram"}) {
    CAPTURE(command);
    const auto out = folder / (command + ".out");
    const auto result =
        run_tutti(command + " " + word(folder / "audio") + " --json --out " + word(out));
    CHECK(result.status == 1);
    CHECK(json::parse(result.out).at("songs") == 2);
    CHECK_THAT(result.err, Contains("bad.wav: cannot be read as audio"));
    CHECK(fs::exists(out));
    for (const auto& [where, named] :
         std::vector<std::pair<std::string, std::string>>{{"none", "No such file"},
                                                          {"audio/a", "no genre folders"},
                                                          {"audio/a/1.wav", "is a file"}}) {
      const auto refused =
          run_tutti(command + " " + word(folder / where) + " --out " + word(folder / "x"));
      CHECK(refused.status == 1);
      CHECK_THAT(refused.err, Contains(named));
    }
  }
  CHECK_FALSE(fs::exists(folder / "spectrogram.out" / "b" / "resized001.png"));
}

TEST_CASE("A tree made again has no picture of a song that is gone") {
  const TemporaryFolder folder;
  const auto audio = folder / "audio", tree = folder / "genres";
  for (const char* song : {"a/1.wav", "a/2.wav", "b/3.wav", "c/4.wav"})
    put_song(audio / song, 0, 1, 3);
  const std::string command = "spectrogram " + word(audio) + " --quiet --out " + word(tree);
  REQUIRE(run_tutti(command).status == 0);
  std::ofstream(tree / "a" / "mine.txt") << "a note";
  std::ofstream(folder / "outside.png") << "not of the tree";
  json record = json::parse(text_of(tree / "spectrogram.json"));
  record.at("pictures").push_back("../outside.png");
  std::ofstream(tree / "spectrogram.json") << record;
  fs::remove_all(audio / "a");
  fs::remove_all(audio / "c");
  put_song(audio / "d" / "5.wav", 0, 1, 3);
  REQUIRE(run_tutti(command).status == 0);
  CHECK_FALSE(fs::exists(tree / "a" / "resized000.png"));
  CHECK_FALSE(fs::exists(tree / "a" / "resized001.png"));
  CHECK(fs::exists(tree / "a" / "mine.txt"));
  CHECK_FALSE(fs::exists(tree / "c"));
  CHECK(fs::exists(folder / "outside.png"));
  CHECK(fs::exists(tree / "b" / "resized000.png"));
  CHECK(json::parse(text_of(tree / "spectrogram.json")).at("pictures") ==
        json({"b/resized000.png", "d/resized000.png"}));
}

TEST_CASE("What is read is not written over") {
  const TemporaryFolder folder;
  const auto song = folder / "audio" / "a" / "1.wav";
  put_song(song, 0, 1, 3);
  put_song(folder / "audio" / "b" / "2.wav", 0, 1, 3);
  const std::string before = text_of(song);
  const auto table = run_tutti("features " + word(folder / "audio") + " --out " + word(song));
  CHECK(table.status == 1);
  CHECK_THAT(table.err, Contains("--out") && Contains("1.wav: is what is read"));
  CHECK(text_of(song) == before);
  const auto tree = run_tutti("spectrogram " + word(folder / "audio") + " --out " +
                              word(folder / "audio" / "." / ""));
  CHECK(tree.status == 1);
  CHECK_THAT(tree.err, Contains("is what is read"));
  CHECK_FALSE(fs::exists(folder / "audio" / "spectrogram.json"));
}

TEST_CASE("A model names only what was made as what it was trained on", "[songs]") {
  const auto& t = trained_on_songs();
  const TemporaryFolder folder;
  const auto linear = folder / "linear";
  Trained::run("spectrogram " + word(t.audio) + " --scale linear --out " + word(linear));
  const auto other = run_tutti("predict " + word(t.ensemble) + " " + word(linear));
  CHECK(other.status == 1);
  CHECK_THAT(other.err, Contains("scale linear") && Contains("mel"));
  CHECK_THAT(run_tutti("evaluate " + word(t.ensemble) + " --data " + word(linear)).err,
             Contains("scale linear"));
  CHECK_THAT(run_tutti("spectrogram " + word(t.audio) + " --out " + word(linear)).err,
             Contains("holds pictures of the scale linear"));

  // The published tables and trees say nothing: 0.6, and unknown.
  fs::remove(linear / "spectrogram.json");
  fs::copy(t.table, folder / "published.csv");
  Trained::run("train rnn --data " + word(folder / "published.csv") + " --out " +
               word(folder / "rnn") + " --epochs 1 --batch 8");
  CHECK(json::parse(text_of(folder / "rnn" / "run.json")).at("preprocessing").at("compat") ==
        "0.6");
  for (const std::string& command :
       {"predict " + word(folder / "rnn") + " " + word(t.table),
        "evaluate " + word(folder / "rnn") + " --data " + word(t.table)}) {
    const auto newer = run_tutti(command);
    CHECK(newer.status == 1);
    CHECK_THAT(newer.err, Contains("librosa 0.11") && Contains("--compat 0.6"));
  }
  Trained::run("train ensemble --data " + word(linear) + " --out " + word(folder / "unknown") +
               " --members 1 --epochs 1 --batch 4");
  const auto deaf = run_tutti("predict " + word(folder / "unknown") + " " + word(t.audio));
  CHECK(deaf.status == 1);
  CHECK_THAT(deaf.err, Contains("cannot classify songs"));
}

TEST_CASE("Real clips get the genres of their rows in the published tables", "[songs]") {
  const auto audio = tutti::test::real_data("gtzan-audio/genres");
  if (!audio) return;
  for (const std::string name : {"data.csv", "data_2genre.csv"}) {
    const auto table = tutti::test::real_data(name);
    if (!table) return;
    CAPTURE(name);
    std::vector<fs::path> clips;
    for (const auto& file : fs::recursive_directory_iterator(*audio))
      if (file.is_regular_file()) clips.push_back(file.path());

    // The table in two: the rows of the clips at hand, and those to train on.
    const TemporaryFolder folder;
    std::ofstream rest(folder / "rest.csv"), rows(folder / "rows.csv");
    std::istringstream lines(text_of(*table));
    std::string line, words;
    for (std::getline(lines, line), rest << line << '\n', rows << line << '\n';
         std::getline(lines, line);) {
      const auto clip = std::ranges::find_if(
          clips, [&](const auto& path) { return line.starts_with(path.stem().string() + "."); });
      (clip == clips.end() ? rest : rows) << line << '\n';
      if (clip != clips.end()) words += " " + word(*clip);
    }
    rest.close();
    rows.close();
    Trained::run("train lstm --data " + word(folder / "rest.csv") + " --out " +
                 word(folder / "run") + " --epochs 20");
    const json read = predict(folder / "run", word(folder / "rows.csv")).at("predictions");
    const json heard = predict(folder / "run", words).at("predictions");
    REQUIRE(heard.size() == read.size());
    for (std::size_t i = 0; i < read.size(); ++i) {
      CAPTURE(read[i].at("path"), heard[i].at("path"));
      CHECK(heard[i].at("genre") == read[i].at("genre"));
      CHECK(heard[i].at("probability").get<double>() ==
            Approx(read[i].at("probability").get<double>()).margin(1e-3));
    }
  }
}
