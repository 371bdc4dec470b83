#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "search/storage/dialect.h"

namespace tutti {

/// One statement with ? for values, bound in their order. Errors name the database.
class Statement {
 public:
  virtual ~Statement() = default;
  virtual Statement& bind(std::int64_t value) = 0;
  virtual Statement& bind(double value) = 0;
  virtual Statement& bind(const std::string& value) = 0;
  virtual Statement& bind(std::nullptr_t) = 0;
  /// Runs it and goes to the next row; false when there is none.
  virtual bool step() = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual double real(int column) const = 0;
  virtual std::string text(int column) const = 0;
  virtual bool null(int column) const = 0;
};

/// A number for this process among those at work on a database: the first that no other has. It is
/// free again when the process ends, however it ends.
class Worker {
 public:
  virtual ~Worker() = default;
  virtual std::int64_t number() const = 0;
  virtual bool alive(std::int64_t number) const = 0;
};

/// A connection to where studies are kept. Errors name the place and what would help.
class Database {
 public:
  enum class Access { read, write, create };

  virtual ~Database() = default;
  virtual const std::string& name() const = 0;  // the file, or the URL without its password
  virtual const Dialect& dialect() const = 0;
  virtual void run(const std::string& sql) = 0;  // statements without values
  virtual std::unique_ptr<Statement> prepare(const std::string& sql) = 0;
  /// It may use the connection as long as it lives.
  virtual std::unique_ptr<Worker> join() = 0;

  bool has_table(const std::string& table);
};

/// Whether a place is a server's URL, postgresql://user:password@host:port/database, perhaps with a
/// driver as SQLAlchemy writes it (postgresql+psycopg2://…), and not a file.
bool is_server(const std::string& place);

/// Opens an SQLite file, or a database that is on a server.
std::unique_ptr<Database> open_database(const std::string& place, Database::Access access);

/// Whether this build reaches servers.
bool has_postgresql();

/// Undone at the end of the scope unless committed.
class Transaction {
 public:
  explicit Transaction(Database& database) : Transaction(database, database.dialect().begin) {}
  /// By a statement of the dialect that begins one.
  Transaction(Database& database, const char* begin);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace tutti
