#pragma once
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace tutti {

/// A file that TensorBoard reads while it grows: TFRecords of Event messages
/// (tensorflow/core/util/event.proto). What a killed process has written stays readable.
class EventFile {
 public:
  /// A new file events.out.tfevents.* in a folder, which is made. An Error names it if that fails,
  /// here or later.
  explicit EventFile(const std::filesystem::path& folder);
  EventFile(const EventFile&) = delete;
  EventFile& operator=(const EventFile&) = delete;
  ~EventFile();

  /// NaN and infinity are shown as such.
  void scalar(const std::string& tag, std::int64_t step, double value);
  /// The bytes of a PNG file.
  void image(const std::string& tag, std::int64_t step, std::string_view png);
  /// What a training was called with, an object of numbers, words and booleans, for the tab of
  /// hyper-parameters.
  void hyper_parameters(const nlohmann::json& values);

 private:
  void add(std::int64_t step, const std::string& value);
  void append(const std::string& event);

  std::filesystem::path path_;
  int file_;
};

/// Whether a folder holds such files.
bool has_event_files(const std::filesystem::path& folder);

}  // namespace tutti
