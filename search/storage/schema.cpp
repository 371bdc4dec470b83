#include "search/storage/schema.h"

#include <chrono>
#include <string>
#include <thread>

#include "kernels/support/error.h"

namespace tutti {
namespace {

constexpr const char* schema = R"(
CREATE TABLE studies (
  study_id {key} PRIMARY KEY, study_name VARCHAR(512) NOT NULL);
CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
CREATE TABLE version_info (
  version_info_id INTEGER NOT NULL PRIMARY KEY CHECK (version_info_id = 1),
  schema_version INTEGER, library_version VARCHAR(256));
CREATE TABLE alembic_version (
  version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
CREATE TABLE study_directions (
  study_direction_id {key} PRIMARY KEY, direction {direction} NOT NULL,
  study_id INTEGER NOT NULL REFERENCES studies (study_id), objective INTEGER NOT NULL,
  UNIQUE (study_id, objective));
CREATE TABLE study_user_attributes (
  study_user_attribute_id {key} PRIMARY KEY,
  study_id INTEGER REFERENCES studies (study_id), "key" VARCHAR(512), value_json TEXT,
  UNIQUE (study_id, "key"));
CREATE TABLE study_system_attributes (
  study_system_attribute_id {key} PRIMARY KEY,
  study_id INTEGER REFERENCES studies (study_id), "key" VARCHAR(512), value_json TEXT,
  UNIQUE (study_id, "key"));
CREATE TABLE trials (
  trial_id {key} PRIMARY KEY, number INTEGER,
  study_id INTEGER REFERENCES studies (study_id), state {state} NOT NULL,
  datetime_start {time}, datetime_complete {time});
CREATE INDEX ix_trials_study_id ON trials (study_id);
CREATE TABLE trial_user_attributes (
  trial_user_attribute_id {key} PRIMARY KEY,
  trial_id INTEGER REFERENCES trials (trial_id), "key" VARCHAR(512), value_json TEXT,
  UNIQUE (trial_id, "key"));
CREATE TABLE trial_system_attributes (
  trial_system_attribute_id {key} PRIMARY KEY,
  trial_id INTEGER REFERENCES trials (trial_id), "key" VARCHAR(512), value_json TEXT,
  UNIQUE (trial_id, "key"));
CREATE TABLE trial_params (
  param_id {key} PRIMARY KEY, trial_id INTEGER REFERENCES trials (trial_id),
  param_name VARCHAR(512), param_value FLOAT, distribution_json TEXT,
  UNIQUE (trial_id, param_name));
CREATE TABLE trial_values (
  trial_value_id {key} PRIMARY KEY,
  trial_id INTEGER NOT NULL REFERENCES trials (trial_id), objective INTEGER NOT NULL,
  value FLOAT, value_type {value_type} NOT NULL, UNIQUE (trial_id, objective));
CREATE TABLE trial_intermediate_values (
  trial_intermediate_value_id {key} PRIMARY KEY,
  trial_id INTEGER NOT NULL REFERENCES trials (trial_id), step INTEGER NOT NULL,
  intermediate_value FLOAT, intermediate_value_type {intermediate_type} NOT NULL, UNIQUE (trial_id, step));
CREATE TABLE trial_heartbeats (
  trial_heartbeat_id {key} PRIMARY KEY,
  trial_id INTEGER NOT NULL REFERENCES trials (trial_id) UNIQUE, heartbeat {time} NOT NULL);
INSERT INTO version_info VALUES (1, 12, '4.9.0');
INSERT INTO alembic_version VALUES ('v3.2.0.a');
)";

constexpr const char* revision = "v3.2.0.a";

/// The text with a word replaced wherever it stands.
std::string with(std::string text, const std::string& word, const std::string& replacement) {
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at))
    text.replace(at, word.size(), replacement);
  return text;
}

}  // namespace

void create_schema(Database& database) {
  std::string sql = database.dialect().make_types + std::string(schema);
  for (const auto& [word, type] : database.dialect().types) sql = with(sql, word, type);
  database.run(sql);
}

void await_schema(Database& database) {
  for (int tries = 0; tries < 25; ++tries) {
    if (!database.has_table("studies") || database.has_table("alembic_version")) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

void expect_schema(Database& database) {
  for (const char* table :
       {"studies", "study_directions", "study_user_attributes", "trials", "trial_params",
        "trial_values", "trial_intermediate_values", "trial_user_attributes",
        "trial_system_attributes", "trial_heartbeats", "alembic_version"})
    if (!database.has_table(table))
      throw Error("holds no study: Optuna's table '", table, "' is missing");
  const auto version = database.prepare("SELECT version_num FROM alembic_version");
  const std::string found = version->step() ? version->text(0) : "none";
  if (found != revision)
    throw Error("has the schema ", found, " of another Optuna; this program knows ", revision,
                " of Optuna 4 ('optuna storage upgrade' changes older ones)");
}

}  // namespace tutti
