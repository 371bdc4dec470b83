#include "search/storage/database.h"

#include "kernels/support/error.h"
#include "search/storage/postgres.h"
#include "search/storage/sqlite.h"

namespace tutti {

bool Database::has_table(const std::string& table) {
  return prepare(dialect().has_table)->bind(table).step();
}

bool is_server(const std::string& place) {
  const std::string scheme = place.substr(0, place.find("://"));
  return scheme != place && (scheme == "postgresql" || scheme.starts_with("postgresql+"));
}

bool has_postgresql() {
#ifdef TUTTI_POSTGRESQL
  return true;
#else
  return false;
#endif
}

std::unique_ptr<Database> open_database(const std::string& place, Database::Access access) {
  if (!is_server(place)) return open_sqlite(place, access);
#ifdef TUTTI_POSTGRESQL
  return open_postgres(place);
#else
  throw Error(
      "--storage: this build has no PostgreSQL; install libpq-dev and build again, or leave "
      "--storage out: then the study is a file");
#endif
}

Transaction::Transaction(Database& database, const char* begin) : database_(database) {
  database_.run(begin);
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.run("ROLLBACK");
  } catch (const Error&) {
    // The database has undone it already, or is gone.
  }
}

void Transaction::commit() {
  database_.run("COMMIT");
  open_ = false;
}

}  // namespace tutti
