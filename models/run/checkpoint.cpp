#include "models/run/checkpoint.h"

#include <charconv>
#include <cmath>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/json_text.h"
#include "models/run/checksums.h"

namespace tutti {
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr const char* file_name = "checkpoint.safetensors";
constexpr std::uint64_t most_header_bytes = 100'000'000;  // as safetensors' own readers allow

// Numbers that JSON cannot hold are words: "inf", "nan".

json number(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
}

double number(const json& value) {
  if (value.is_number()) return value.get<double>();
  const auto word = value.get<std::string>();
  double result = 0;
  const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), result);
  if (problem != std::errc() || end != word.data() + word.size() || std::isfinite(result))
    throw Error("'", word, "' is not a number");
  return result;
}

json to_json(const EpochResult& r) {
  return {number(r.loss), number(r.accuracy), number(r.val_loss), number(r.val_accuracy)};
}

EpochResult epoch_result(const json& r) {
  return {number(r.at(0)), number(r.at(1)), number(r.at(2)), number(r.at(3))};
}

json to_json(const History& history) {
  json all = json::array();
  for (const auto& epoch : history) {
    json& row = all.emplace_back(json::array());
    for (const auto& member : epoch) row.push_back(to_json(member));
  }
  return all;
}

History history_of(const json& all) {
  History history;
  for (const auto& epoch : all) {
    auto& row = history.emplace_back();
    for (const auto& member : epoch) row.push_back(epoch_result(member));
  }
  return history;
}

/// The tensors of a file while it is written; the header, whose length they follow, comes last.
class Writer {
 public:
  Writer(const fs::path& path, std::size_t header_bytes)
      : header_bytes_(header_bytes), file_(path, std::ios::binary) {
    file_.seekp(static_cast<std::streamoff>(8 + header_bytes_));
  }

  void add(const std::string& name, const MemberValues& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto bytes = values[i].size() * sizeof(float);
      header_[name + '.' + std::to_string(i)] = {
          {"dtype", "F32"}, {"shape", {values[i].size()}}, {"data_offsets", {end_, end_ + bytes}}};
      file_.write(reinterpret_cast<const char*>(values[i].data()),
                  static_cast<std::streamsize>(bytes));
      end_ += bytes;
    }
  }

  json add(const std::string& name, const OptimizerState& state) {
    json slots = json::array();
    for (const auto& [slot, values] : state.slots) {
      slots.push_back(slot);
      add(name + '.' + slot, values);
    }
    return {{"steps", state.steps}, {"slots", slots}};
  }

  void finish(const json& metadata) {
    header_["__metadata__"] = {{"tutti", metadata.dump()}};
    std::string header = header_.dump();
    if (header.size() > header_bytes_) throw Error("the header of a checkpoint is too long");
    header.resize(header_bytes_, ' ');
    file_.seekp(0);
    for (int byte = 0; byte < 8; ++byte)
      file_.put(static_cast<char>(header_bytes_ >> (8 * byte) & 0xff));
    file_.write(header.data(), static_cast<std::streamsize>(header.size()));
    file_.close();
    if (!file_) throw Error("the disk may be full");
  }

 private:
  std::size_t header_bytes_;
  std::ofstream file_;
  std::uint64_t end_ = 0;
  json header_;
};

json write_member(Writer& file, const std::string& name, const TrainCheckpoint::Member& member) {
  const MemberState& s = member.state;
  file.add(name + ".weights", s.weights);
  file.add(name + ".trained", s.trained);
  file.add(name + ".best", s.stopping.weights);
  const json optimizer = file.add(name + ".optimizer", s.optimizer);
  const json best_optimizer = file.add(name + ".best_optimizer", s.stopping.optimizer);
  return {{"epoch", s.epoch},
          {"steps", s.steps},
          {"optimizer", optimizer},
          {"plateau",
           {{"scale", number(s.plateau.scale)},
            {"best", number(s.plateau.best)},
            {"bad_epochs", s.plateau.bad_epochs}}},
          {"stopping",
           {{"best", number(s.stopping.best)},
            {"bad_epochs", s.stopping.bad_epochs},
            {"result", to_json(s.stopping.result)},
            {"optimizer", best_optimizer}}},
          {"loss", number(s.loss)},
          {"correct", s.correct},
          {"left", member.left ? to_json(*member.left) : json()},
          {"diverged", member.diverged}};
}

/// Enough for the header of this checkpoint: a tensor takes about 100 bytes of it, and a member has
/// at most eleven of each parameter.
std::size_t header_bytes(const TrainCheckpoint& checkpoint) {
  const auto parameters = checkpoint.member(0).state.weights.size();
  const auto members = static_cast<std::size_t>(checkpoint.members);
  return 4096 + 2 * to_json(checkpoint.history).dump().size() +
         members * (8192 + 11 * 160 * parameters);
}

/// A checkpoint's file, whose tensors are read when they are asked for.
class StoredTensors {
 public:
  template <class Read>
  auto checked(Read read) const {
    try {
      return read();
    } catch (const json::exception& problem) {
      fail(reason_of(problem));
    } catch (const Error& problem) {
      fail(reason_of(problem));
    }
  }

  explicit StoredTensors(fs::path path) : path_(std::move(path)) {
    std::ifstream file(path_, std::ios::binary);
    unsigned char size[8] = {};
    file.read(reinterpret_cast<char*>(size), 8);
    std::uint64_t length = 0;
    for (int byte = 0; byte < 8; ++byte) length |= std::uint64_t{size[byte]} << (8 * byte);
    if (!file || length > most_header_bytes || length > fs::file_size(path_)) fail("no header");
    std::string header(length, '\0');
    file.read(header.data(), static_cast<std::streamsize>(length));
    data_ = 8 + length;
    checked([&] {
      header_ = parse_json(header, "its header");
      metadata_ =
          parse_json(header_.at("__metadata__").at("tutti").get<std::string>(), "its metadata");
    });
  }

  const json& metadata() const { return metadata_; }

  MemberValues values(const std::string& name) const {
    MemberValues all;
    for (;;) {
      const auto found = header_.find(name + '.' + std::to_string(all.size()));
      if (found == header_.end()) return all;
      const auto begin = found->at("data_offsets").at(0).get<std::uint64_t>(),
                 end = found->at("data_offsets").at(1).get<std::uint64_t>();
      const auto bytes = fs::file_size(path_) - data_;
      if (begin > end || end > bytes || begin % sizeof(float) || (end - begin) % sizeof(float))
        throw Error("the tensor ", found.key(), " is not within the file");
      auto& values = all.emplace_back((end - begin) / sizeof(float));
      std::ifstream file(path_, std::ios::binary);
      file.seekg(static_cast<std::streamoff>(data_ + begin));
      file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(end - begin));
      if (!file) throw Error("the tensor ", found.key(), " cannot be read");
    }
  }

  OptimizerState optimizer(const std::string& name, const json& known) const {
    OptimizerState state{known.at("steps").get<std::int64_t>()};
    for (const auto& slot : known.at("slots").get<std::vector<std::string>>())
      state.slots[slot] = values(name + '.' + slot);
    return state;
  }

  TrainCheckpoint::Member member(std::int64_t number_of_member) const {
    const std::string name = std::to_string(number_of_member);
    const json& known = metadata_.at("members").at(static_cast<std::size_t>(number_of_member));
    const json &plateau = known.at("plateau"), &stopping = known.at("stopping"),
               &left = known.at("left");
    TrainCheckpoint::Member member;
    member.state = {
        .epoch = known.at("epoch").get<std::int64_t>(),
        .steps = known.at("steps").get<std::int64_t>(),
        .weights = values(name + ".weights"),
        .optimizer = optimizer(name + ".optimizer", known.at("optimizer")),
        .trained = values(name + ".trained"),
        .plateau = {number(plateau.at("scale")), number(plateau.at("best")),
                    plateau.at("bad_epochs").get<std::int64_t>()},
        .stopping = {number(stopping.at("best")), stopping.at("bad_epochs").get<std::int64_t>(),
                     epoch_result(stopping.at("result")), values(name + ".best"),
                     optimizer(name + ".best_optimizer", stopping.at("optimizer"))},
        .loss = number(known.at("loss")),
        .correct = known.at("correct").get<std::int64_t>()};
    if (!left.is_null()) member.left = epoch_result(left);
    member.diverged = known.at("diverged").get<std::string>();
    return member;
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(path_.string(), ": damaged: ", what);
  }

 private:
  fs::path path_;
  std::uint64_t data_ = 0;  // where the tensors begin
  json header_, metadata_;
};

}  // namespace

void write_checkpoint(const fs::path& run, const TrainCheckpoint& checkpoint) {
  write_atomically(run / file_name, [&](const fs::path& temporary) {
    Writer file(temporary, header_bytes(checkpoint));
    json members = json::array();
    for (std::int64_t m = 0; m < checkpoint.members; ++m)
      members.push_back(write_member(file, std::to_string(m), checkpoint.member(m)));
    file.finish({{"run", checksum(run / "run.json")},
                 {"members", members},
                 {"history", to_json(checkpoint.history)},
                 {"steps", checkpoint.place.steps},
                 {"examples", checkpoint.place.examples}});
  });
}

std::optional<TrainCheckpoint> read_checkpoint(const fs::path& run) {
  if (!fs::exists(run / file_name)) return std::nullopt;
  const auto file = std::make_shared<StoredTensors>(run / file_name);
  return file->checked([&] {
    const json& known = file->metadata();
    if (known.at("run") != checksum(run / "run.json")) throw Error("it is of another run");
    return TrainCheckpoint{
        .history = history_of(known.at("history")),
        .place = {known.at("steps").get<std::int64_t>(), known.at("examples").get<std::int64_t>()},
        .members = static_cast<std::int64_t>(known.at("members").size()),
        .member = [file](std::int64_t m) {
          return file->checked([&] { return file->member(m); });
        }};
  });
}

void remove_checkpoint(const fs::path& run) { fs::remove(run / file_name); }

namespace {

[[noreturn]] void fail_as_empty(const RunFile& run) {
  throw Error(run.folder.string(),
              ": no epoch of its training is finished, so it holds no model yet");
}

}  // namespace

bool restore_checkpoint(const fs::path& run, const Model& model) {
  const auto checkpoint = read_checkpoint(run);
  if (!checkpoint || checkpoint->history.empty()) return false;
  const auto parameters = model.parameters();
  try {
    for (std::int64_t m = 0; m < checkpoint->members; ++m)
      set_member_values(parameters, m, checkpoint->member(m).state.weights);
  } catch (const Error& problem) {
    throw Error((run / file_name).string(), ": ", reason_of(problem));
  }
  return true;
}

void expect_model(const RunFile& run) {
  if (run.state == RunState::training && !fs::exists(run.folder / file_name)) fail_as_empty(run);
}

void restore_unfinished(const RunFile& run, const Model& model) {
  if (run.state == RunState::training && !restore_checkpoint(run.folder, model)) fail_as_empty(run);
}

}  // namespace tutti
