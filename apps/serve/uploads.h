#pragma once
#include <cstddef>
#include <filesystem>
#include <string>

namespace tutti {

/// A song that a client sent: in a file without a name, which is gone when this is.
class Upload {
 public:
  /// `name` is the client's, and is shown to nobody else. An Error if there is no room.
  explicit Upload(std::string name);
  Upload(Upload&& other) noexcept;
  ~Upload();

  void append(const char* data, std::size_t size);

  const std::string& name() const { return name_; }
  std::size_t size() const { return size_; }
  /// By which this process opens it.
  std::filesystem::path path() const;

 private:
  std::string name_;
  std::size_t size_ = 0;
  int file_;
};

}  // namespace tutti
