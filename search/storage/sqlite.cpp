#include "search/storage/sqlite.h"

#include <sqlite3.h>

#include "kernels/support/error.h"
#include "search/storage/file_worker.h"

namespace tutti {
namespace {

constexpr int patience_ms = 5000;

int flags_of(Database::Access access) {
  if (access == Database::Access::read) return SQLITE_OPEN_READONLY;
  return SQLITE_OPEN_READWRITE | (access == Database::Access::create ? SQLITE_OPEN_CREATE : 0);
}

class SqliteDatabase : public Database {
 public:
  SqliteDatabase(const std::string& path, Access access);

  const std::string& name() const override { return path_; }
  const Dialect& dialect() const override { return sqlite_dialect; }
  void run(const std::string& sql) override {
    const int code = sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(code);
  }
  std::unique_ptr<Statement> prepare(const std::string& sql) override;
  std::unique_ptr<Worker> join() override {
    return lock_byte_of(std::filesystem::path(path_).replace_extension(".workers"));
  }

  sqlite3* handle() const { return handle_.get(); }
  [[noreturn]] void fail(int code) const;

 private:
  std::string path_;
  std::unique_ptr<sqlite3, int (*)(sqlite3*)> handle_;
};

class SqliteStatement : public Statement {
 public:
  SqliteStatement(const SqliteDatabase& database, const std::string& sql)
      : database_(database), statement_(nullptr, sqlite3_finalize) {
    sqlite3_stmt* prepared = nullptr;
    const int code = sqlite3_prepare_v2(database.handle(), sql.c_str(), -1, &prepared, nullptr);
    if (code != SQLITE_OK) database.fail(code);
    statement_.reset(prepared);
  }

  Statement& bind(std::int64_t value) override {
    sqlite3_bind_int64(statement_.get(), ++bound_, value);
    return *this;
  }
  Statement& bind(double value) override {
    sqlite3_bind_double(statement_.get(), ++bound_, value);
    return *this;
  }
  Statement& bind(const std::string& value) override {
    sqlite3_bind_text(statement_.get(), ++bound_, value.c_str(), static_cast<int>(value.size()),
                      SQLITE_TRANSIENT);
    return *this;
  }
  Statement& bind(std::nullptr_t) override {
    sqlite3_bind_null(statement_.get(), ++bound_);
    return *this;
  }

  bool step() override {
    const int code = sqlite3_step(statement_.get());
    if (code != SQLITE_ROW && code != SQLITE_DONE) database_.fail(code);
    return code == SQLITE_ROW;
  }

  std::int64_t integer(int column) const override {
    return sqlite3_column_int64(statement_.get(), column);
  }
  double real(int column) const override { return sqlite3_column_double(statement_.get(), column); }
  std::string text(int column) const override {
    const auto* text = sqlite3_column_text(statement_.get(), column);
    return text ? reinterpret_cast<const char*>(text) : "";
  }
  bool null(int column) const override {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
  }

 private:
  const SqliteDatabase& database_;
  int bound_ = 0;
  std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement_;
};

SqliteDatabase::SqliteDatabase(const std::string& path, Access access)
    : path_(path), handle_(nullptr, sqlite3_close) {
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

std::unique_ptr<Statement> SqliteDatabase::prepare(const std::string& sql) {
  return std::make_unique<SqliteStatement>(*this, sql);
}

void SqliteDatabase::fail(int code) const {
  switch (code & 0xff) {
    case SQLITE_NOTADB:
      throw Error(path_, ": is not an SQLite file; move it away, or choose another --out");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw Error(path_, ": another program has kept it locked for ", patience_ms / 1000,
                  " s; end that program and go on with --resume");
    case SQLITE_READONLY:
    case SQLITE_PERM:
      throw Error(path_, ": cannot be written; a search needs to write its study");
    case SQLITE_CORRUPT:
      throw Error(path_, ": is damaged: ", sqlite3_errmsg(handle()));
    case SQLITE_FULL:
      throw Error(path_, ": the disk is full");
    default:
      throw Error(path_, ": ", handle() ? sqlite3_errmsg(handle()) : sqlite3_errstr(code));
  }
}

}  // namespace

std::unique_ptr<Database> open_sqlite(const std::string& path, Database::Access access) {
  return std::make_unique<SqliteDatabase>(path, access);
}

}  // namespace tutti
