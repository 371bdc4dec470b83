#pragma once
#include <filesystem>
#include <map>
#include <string>

namespace tutti {

struct RunFile;

/// What run.json says of a run's other files, by name: their CRC-32 (as in gzip), 8 hex digits.
using Checksums = std::map<std::string, std::string>;

std::string checksum(const std::filesystem::path& file);

/// Of every model and table in a folder. Pictures and pages, which are drawn from them, are left
/// out.
Checksums checksums_of(const std::filesystem::path& folder);

/// An Error names a file that is not the one that the run's training wrote: of another run, or
/// damaged.
void expect_own_files(const RunFile& run);

}  // namespace tutti
