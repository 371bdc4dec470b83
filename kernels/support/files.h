#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace tutti {

/// Writes a file so that `path` holds either the old contents or all of the new: `write` makes the
/// file at a temporary path beside it (same extension), which then replaces `path`. If `write`
/// throws, the temporary file is removed and `path` is as it was. An Error names `path`.
void write_atomically(const std::filesystem::path& path,
                      const std::function<void(const std::filesystem::path& temporary)>& write);

/// The same for text or bytes at hand.
void write_file(const std::filesystem::path& path, std::string_view contents);

/// The whole file; an Error names it and the system's reason if it cannot be read.
std::string read_file(const std::filesystem::path& path);

}  // namespace tutti
