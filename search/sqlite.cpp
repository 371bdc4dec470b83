#include "search/sqlite.h"

#include <sqlite3.h>

#include "kernels/support/error.h"

namespace tutti {
namespace {

constexpr int patience_ms = 5000;

int flags_of(Database::Access access) {
  if (access == Database::Access::read) return SQLITE_OPEN_READONLY;
  return SQLITE_OPEN_READWRITE | (access == Database::Access::create ? SQLITE_OPEN_CREATE : 0);
}

}  // namespace

Database::Database(std::filesystem::path path, Access access)
    : path_(std::move(path)), handle_(nullptr, sqlite3_close) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(path_.c_str(), &opened, flags_of(access), nullptr);
  handle_.reset(opened);
  if (code != SQLITE_OK) fail(code);
  sqlite3_busy_timeout(handle(), patience_ms);
  // What SQLite advises for files from elsewhere: no code of theirs runs.
  for (const int off : {SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_VIEW,
                        SQLITE_DBCONFIG_ENABLE_TRIGGER})
    sqlite3_db_config(handle(), off, 0, nullptr);
  sqlite3_db_config(handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  if (access != Access::read && sqlite3_db_readonly(handle(), "main") == 1) fail(SQLITE_READONLY);
}

void Database::fail(int code) const {
  switch (code & 0xff) {
    case SQLITE_NOTADB:
      throw Error(path_.string(), ": is not an SQLite file; move it away, or choose another --out");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw Error(path_.string(), ": another program has kept it locked for ", patience_ms / 1000,
                  " s; end that program and go on with --resume");
    case SQLITE_READONLY:
    case SQLITE_PERM:
      throw Error(path_.string(), ": cannot be written; a search needs to write its study");
    case SQLITE_CORRUPT:
      throw Error(path_.string(), ": is damaged: ", sqlite3_errmsg(handle()));
    case SQLITE_FULL:
      throw Error(path_.string(), ": the disk is full");
    default:
      throw Error(path_.string(), ": ", handle() ? sqlite3_errmsg(handle()) : sqlite3_errstr(code));
  }
}

void Database::run(const std::string& sql) {
  const int code = sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

std::int64_t Database::last_row() const { return sqlite3_last_insert_rowid(handle()); }

std::int64_t Database::changes() const { return sqlite3_changes(handle()); }

Statement::Statement(Database& database, const std::string& sql)
    : database_(database), statement_(nullptr, sqlite3_finalize) {
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v2(database.handle(), sql.c_str(), -1, &prepared, nullptr);
  if (code != SQLITE_OK) database.fail(code);
  statement_.reset(prepared);
}

Statement& Statement::bind(std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), ++bound_, value);
  return *this;
}

Statement& Statement::bind(double value) {
  sqlite3_bind_double(statement_.get(), ++bound_, value);
  return *this;
}

Statement& Statement::bind(const std::string& value) {
  sqlite3_bind_text(statement_.get(), ++bound_, value.c_str(), static_cast<int>(value.size()),
                    SQLITE_TRANSIENT);
  return *this;
}

Statement& Statement::bind(std::nullptr_t) {
  sqlite3_bind_null(statement_.get(), ++bound_);
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) database_.fail(code);
  return code == SQLITE_ROW;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double Statement::real(int column) const { return sqlite3_column_double(statement_.get(), column); }

std::string Statement::text(int column) const {
  const auto* text = sqlite3_column_text(statement_.get(), column);
  return text ? reinterpret_cast<const char*>(text) : "";
}

bool Statement::null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

Transaction::Transaction(Database& database) : database_(database) {
  database_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.run("COMMIT");
  open_ = false;
}

}  // namespace tutti
