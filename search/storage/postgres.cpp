#include "search/storage/postgres.h"

#include <libpq-fe.h>

#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <vector>

#include "kernels/support/error.h"

namespace tutti {
namespace {

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

/// Settings of every session: its peer's silence, and what others keep locked, end.
constexpr const char* session_settings =
    "SET lock_timeout = '30s'; SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; "
    "SET tcp_keepalives_count = 3; SET extra_float_digits = 3; SET datestyle = 'ISO'";

/// The URL as libpq reads it: without SQLAlchemy's driver.
std::string libpq_url(const std::string& url) { return "postgresql" + url.substr(url.find("://")); }

/// The URL without its password, as it may be shown. (What libpq says of a bad one shows it.)
std::string shown(const std::string& url) {
  const std::string rest = url.substr(url.find("://") + 3);
  const auto host = rest.rfind('@');
  const bool clear = host == std::string::npos || rest.find_first_of("/@") >= host;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      clear ? PQconninfoParse(libpq_url(url).c_str(), nullptr) : nullptr, PQconninfoFree);
  if (!options)
    throw Error(
        "--storage: is not such a URL as postgresql://user:password@host:5432/database; write @, "
        "/, : and % in a name or password as %40, %2F, %3A and %25");
  std::map<std::string, std::string> parts;
  for (const auto* option = options.get(); option->keyword; ++option)
    if (option->val) parts[option->keyword] = option->val;
  return "postgresql://" + (parts["user"].empty() ? "" : parts["user"] + "@") + parts["host"] +
         (parts["port"].empty() ? "" : ":" + parts["port"]) + "/" + parts["dbname"];
}

/// libpq's lines as one.
std::string one_line(const std::string& message) {
  std::string line;
  for (const char c : message)
    if (c != '\n' && c != '\t')
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  return line.substr(0, line.find_last_not_of(' ') + 1);
}

template <class Number>
Number number_in(const std::string& text) {
  Number number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// $1, $2, … for ?.
std::string numbered(const std::string& sql) {
  std::string text;
  int values = 0;
  for (const char c : sql)
    if (c == '?')
      text += "$" + std::to_string(++values);
    else
      text += c;
  return text;
}

class PostgresDatabase : public Database {
 public:
  explicit PostgresDatabase(const std::string& url);

  const std::string& name() const override { return name_; }
  const Dialect& dialect() const override { return postgres_dialect; }
  void run(const std::string& sql) override { checked(PQexec(connection_.get(), sql.c_str())); }
  std::unique_ptr<Statement> prepare(const std::string& sql) override;
  std::unique_ptr<Worker> join() override;

  Result query(const std::string& sql, const std::vector<const char*>& values) {
    return checked(PQexecParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()),
                                nullptr, values.data(), nullptr, nullptr, 0));
  }

 private:
  Result checked(PGresult* result) const;

  std::string name_;
  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

class PostgresStatement : public Statement {
 public:
  PostgresStatement(PostgresDatabase& database, const std::string& sql)
      : database_(database), sql_(numbered(sql)) {}

  Statement& bind(std::int64_t value) override { return bind(std::to_string(value)); }
  Statement& bind(double value) override {
    std::array<char, 40> text;
    return bind(
        std::string(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr));
  }
  Statement& bind(const std::string& value) override {
    values_.emplace_back(value);
    return *this;
  }
  Statement& bind(std::nullptr_t) override {
    values_.emplace_back(std::nullopt);
    return *this;
  }

  bool step() override {
    if (!rows_) {
      std::vector<const char*> values;
      for (const auto& value : values_) values.push_back(value ? value->c_str() : nullptr);
      rows_ = database_.query(sql_, values);
    }
    return ++row_ < PQntuples(rows_.get());
  }

  std::int64_t integer(int column) const override { return number_in<std::int64_t>(text(column)); }
  double real(int column) const override { return number_in<double>(text(column)); }
  std::string text(int column) const override { return PQgetvalue(rows_.get(), row_, column); }
  bool null(int column) const override { return PQgetisnull(rows_.get(), row_, column) != 0; }

 private:
  PostgresDatabase& database_;
  std::string sql_;
  std::vector<std::optional<std::string>> values_;
  Result rows_{nullptr, PQclear};
  int row_ = -1;
};

constexpr const char* lock_class = "1953854580";  // "tutt"

/// A worker's number is an advisory lock of its session, which ends with the connection.
class PostgresWorker : public Worker {
 public:
  explicit PostgresWorker(PostgresDatabase& database) : database_(database) {
    while (!lock("pg_try_advisory_lock")) ++number_;
  }
  PostgresWorker(const PostgresWorker&) = delete;
  PostgresWorker& operator=(const PostgresWorker&) = delete;
  ~PostgresWorker() override {
    try {
      lock("pg_advisory_unlock");
    } catch (const Error&) {
      // The connection is gone, and the lock with it.
    }
  }

  std::int64_t number() const override { return number_; }
  bool alive(std::int64_t number) const override {
    return number == number_ ||
           database_
               .prepare(
                   "SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = database WHERE "
                   "datname = current_database() AND locktype = 'advisory' AND objsubid = 2 AND "
                   "classid = ? AND objid = ?")
               ->bind(std::string(lock_class))
               .bind(number)
               .step();
  }

 private:
  bool lock(const std::string& function) const {
    return database_.prepare("SELECT 1 WHERE " + function + "(?, ?)")
        ->bind(std::string(lock_class))
        .bind(number_)
        .step();
  }

  PostgresDatabase& database_;
  std::int64_t number_ = 0;
};

PostgresDatabase::PostgresDatabase(const std::string& url)
    : name_(shown(url)), connection_(nullptr, PQfinish) {
  const std::string place = libpq_url(url);
  // The URL may say otherwise of what stands before it.
  const std::vector<std::pair<const char*, const char*>> settings = {
      {"connect_timeout", "10"}, {"fallback_application_name", "tutti"},
      {"keepalives_idle", "30"}, {"keepalives_interval", "10"},
      {"keepalives_count", "3"}, {"tcp_user_timeout", "60000"},
      {"dbname", place.c_str()}, {"client_encoding", "UTF8"},
      {nullptr, nullptr}};
  std::vector<const char*> words, values;
  for (const auto& [word, value] : settings) {
    words.push_back(word);
    values.push_back(value);
  }
  connection_.reset(PQconnectdbParams(words.data(), values.data(), 1));
  if (!connection_) throw std::bad_alloc();
  if (PQstatus(connection_.get()) != CONNECTION_OK)
    throw Error(name_, ": ", one_line(PQerrorMessage(connection_.get())));
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);
  run(session_settings);
}

std::unique_ptr<Statement> PostgresDatabase::prepare(const std::string& sql) {
  return std::make_unique<PostgresStatement>(*this, sql);
}

std::unique_ptr<Worker> PostgresDatabase::join() { return std::make_unique<PostgresWorker>(*this); }

Result PostgresDatabase::checked(PGresult* result) const {
  Result owned(result, PQclear);
  const auto status = PQresultStatus(result);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return owned;
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* reason = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string code = state ? state : "";
  if (code == "55P03")
    throw Error(name_, ": another program has kept it locked for 30 s; end that program and go on ",
                "with --resume");
  if (code == "23505" || code == "42P07" || code == "42710")
    throw Error(name_, ": another program began a study there at this moment; begin again (",
                reason, ")");
  throw Error(name_, ": ", one_line(reason ? reason : PQerrorMessage(connection_.get())));
}

}  // namespace

std::unique_ptr<Database> open_postgres(const std::string& url) {
  return std::make_unique<PostgresDatabase>(url);
}

}  // namespace tutti
