#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace tutti {

/// Writes a file so that `path` holds either the old contents or all of the new, also after a power
/// loss: `write` fills a new file beside it (same extension), which then replaces `path`. If
/// `write` throws, that file is removed and `path` is as it was. A symbolic link stays, and what it
/// points to is replaced; a device or a pipe is written to. An Error names `path`.
void write_atomically(const std::filesystem::path& path,
                      const std::function<void(const std::filesystem::path& temporary)>& write);

/// The same for text or bytes at hand.
void write_file(const std::filesystem::path& path, std::string_view contents);

/// Removes what processes that were killed in write_atomically() left in a folder. Nobody else may
/// be writing there.
void remove_unfinished_files(const std::filesystem::path& folder);

/// The whole file; an Error names it and the system's reason if it cannot be read.
std::string read_file(const std::filesystem::path& path);

}  // namespace tutti
