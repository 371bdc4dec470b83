#pragma once
#include <filesystem>

#include "search/storage/database.h"

namespace tutti {

/// Writes a study that is on a server, as it is now, into an SQLite file that says that it is a
/// copy. An Error unless an older copy or nothing is there.
void copy_study(Database& server, std::int64_t study, const std::filesystem::path& path);

/// An Error if the database is a copy.
void expect_original(Database& database);

}  // namespace tutti
