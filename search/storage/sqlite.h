#pragma once
#include "search/storage/database.h"

namespace tutti {

/// An SQLite file. Waits up to five seconds for others to let go of it.
std::unique_ptr<Database> open_sqlite(const std::string& path, Database::Access access);

}  // namespace tutti
