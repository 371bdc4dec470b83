#include "search/storage/study_copy.h"

#include <vector>

#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "search/storage/schema.h"
#include "search/storage/trial_rows.h"

namespace tutti {
namespace {

constexpr const char* copy_key = "tutti:copy_of";

struct Table {
  std::string name;
  std::vector<std::string> columns;
};

/// What is copied: rows of the study, then of its trials. Heartbeats are not: nobody is at work on
/// a copy.
const std::vector<Table> tables_of_study = {
    {"studies", {"study_id", "study_name"}},
    {"study_directions", {"study_id", "direction", "objective"}},
    {"study_user_attributes", {"study_id", "key", "value_json"}},
    {"study_system_attributes", {"study_id", "key", "value_json"}},
    {"trials", {"trial_id", "study_id", "number", "state", "datetime_start", "datetime_complete"}}};
const std::vector<Table> tables_of_trials = {
    {"trial_user_attributes", {"trial_id", "key", "value_json"}},
    {"trial_system_attributes", {"trial_id", "key", "value_json"}},
    {"trial_params", {"trial_id", "param_name", "param_value", "distribution_json"}},
    {"trial_values", {"trial_id", "objective", "value", "value_type"}},
    {"trial_intermediate_values",
     {"trial_id", "step", "intermediate_value", "intermediate_value_type"}}};

bool is_real(const std::string& column) {
  return column == "value" || column == "param_value" || column == "intermediate_value";
}

/// Microseconds are always six digits, as SQLAlchemy reads them.
std::string selected(const std::string& column) {
  return column.starts_with("datetime") ? "to_char(" + column + ", 'YYYY-MM-DD HH24:MI:SS.US')"
                                        : column;
}

void copy_table(const Table& table, const std::string& which, std::int64_t study, Database& from,
                Database& to) {
  std::string select, insert, values;
  for (const auto& column : table.columns) {
    const std::string comma = select.empty() ? "" : ", ";
    select += comma + selected(column);
    insert += comma + column;
    values += comma + "?";
  }
  const auto rows = from.prepare("SELECT " + select + " FROM " + table.name + which);
  for (rows->bind(study); rows->step();) {
    const auto row =
        to.prepare("INSERT INTO " + table.name + " (" + insert + ") VALUES (" + values + ")");
    for (int i = 0; i < static_cast<int>(table.columns.size()); ++i)
      if (rows->null(i))
        row->bind(nullptr);
      else if (is_real(table.columns[static_cast<std::size_t>(i)]))
        row->bind(rows->real(i));
      else
        row->bind(rows->text(i));
    row->step();
  }
}

/// Of what a database is a copy; empty if of nothing.
std::string original_of(Database& database) {
  if (!database.has_table("study_user_attributes")) return {};
  const auto attribute =
      database.prepare("SELECT value_json FROM study_user_attributes WHERE key = ?");
  return attribute->bind(copy_key).step() ? attribute->text(0) : "";
}

}  // namespace

void copy_study(Database& server, std::int64_t study, const std::filesystem::path& path) {
  if (std::filesystem::exists(path) &&
      original_of(*open_database(path, Database::Access::read)).empty())
    throw Error(path.string(), ": is a study of its own, and --storage would put a copy of the ",
                "server's there; choose another --out");
  write_atomically(path, [&](const std::filesystem::path& temporary) {
    const auto copy = open_database(temporary, Database::Access::create);
    const Transaction snapshot(server, server.dialect().begin_snapshot);
    Transaction writing(*copy);
    create_schema(*copy);
    for (const auto& table : tables_of_study)
      copy_table(table, " WHERE study_id = ?", study, server, *copy);
    for (const auto& table : tables_of_trials)
      copy_table(table, " JOIN trials USING (trial_id) WHERE study_id = ?", study, server, *copy);
    add_attribute(*copy, "study_user_attributes", "study_id", study, copy_key, server.name());
    writing.commit();
  });
}

void expect_original(Database& database) {
  if (const std::string original = original_of(database); !original.empty())
    throw Error(database.name(), ": is a copy of the study on ", original,
                "; go on with --storage and that URL");
}

}  // namespace tutti
