#pragma once
#include "search/storage/database.h"

namespace tutti {

/// A database on a server, by its URL. Connecting and waiting for locks have a time limit, and both
/// ends notice within a minute that the other is gone.
std::unique_ptr<Database> open_postgres(const std::string& url);

}  // namespace tutti
