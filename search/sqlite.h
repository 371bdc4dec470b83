#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

struct sqlite3;
struct sqlite3_stmt;

namespace tutti {

/// A connection to an SQLite file. Errors name the file and what would help.
class Database {
 public:
  enum class Access { read, write, create };
  /// Waits up to five seconds for others to let go of the file.
  Database(std::filesystem::path path, Access access);

  void run(const std::string& sql);  // statements without values
  sqlite3* handle() const { return handle_.get(); }
  std::int64_t last_row() const;  // id of the row inserted last
  std::int64_t changes() const;   // rows that the last statement changed
  [[noreturn]] void fail(int code) const;

 private:
  std::filesystem::path path_;
  std::unique_ptr<sqlite3, int (*)(sqlite3*)> handle_;
};

/// One statement with ? for values, bound in their order.
class Statement {
 public:
  Statement(Database& database, const std::string& sql);

  Statement& bind(std::int64_t value);
  Statement& bind(double value);
  Statement& bind(const std::string& value);
  Statement& bind(std::nullptr_t);

  bool step();  // to the next row; false when there is none
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;
  bool null(int column) const;

 private:
  Database& database_;
  int bound_ = 0;
  std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement_;
};

/// Keeps other writers out; undone at the end of the scope unless committed.
class Transaction {
 public:
  explicit Transaction(Database& database);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace tutti
