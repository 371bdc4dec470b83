#include "search/storage/dialect.h"

namespace tutti {

const Dialect sqlite_dialect = {
    .begin = "BEGIN IMMEDIATE",  // keeps all other writers out
    .begin_snapshot = "BEGIN",
    .keep_out = "",
    .for_update = "",
    .is_new = "SELECT 1 WHERE NOT EXISTS (SELECT * FROM sqlite_master)",
    .has_table = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?",
    .heartbeat_age = "strftime('%s', 'now') - strftime('%s', h.heartbeat)",
    .many = false,
    .make_types = "",
    .types = {{{"{key}", "INTEGER NOT NULL"},  // counts by itself
               {"{time}", "DATETIME"},
               {"{direction}", "VARCHAR(8)"},
               {"{state}", "VARCHAR(8)"},
               {"{value_type}", "VARCHAR(7)"},
               {"{intermediate_type}", "VARCHAR(7)"}}}};

const Dialect postgres_dialect = {
    .begin = "BEGIN ISOLATION LEVEL READ COMMITTED",
    .begin_snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    .keep_out = "SELECT pg_advisory_xact_lock(1953854580)",  // "tutt"
    .for_update = " FOR UPDATE",                             // Optuna counts trials under it, too
    .is_new =
        "SELECT 1 WHERE NOT EXISTS (SELECT * FROM pg_class WHERE relname = 'studies' AND "
        "pg_table_is_visible(oid))",
    .has_table =
        "SELECT 1 FROM pg_class WHERE relname = ? AND relkind = 'r' AND pg_table_is_visible(oid)",
    .heartbeat_age = "extract(epoch FROM localtimestamp - h.heartbeat)::bigint",
    .many = true,
    .make_types = R"(
CREATE TYPE studydirection AS ENUM ('NOT_SET', 'MINIMIZE', 'MAXIMIZE');
CREATE TYPE trialstate AS ENUM ('RUNNING', 'COMPLETE', 'PRUNED', 'FAIL', 'WAITING');
CREATE TYPE trialvaluetype AS ENUM ('FINITE', 'INF_POS', 'INF_NEG');
CREATE TYPE trialintermediatevaluetype AS ENUM ('FINITE', 'INF_POS', 'INF_NEG', 'NAN');)",
    .types = {{{"{key}", "SERIAL"},
               {"{time}", "TIMESTAMP"},
               {"{direction}", "studydirection"},
               {"{state}", "trialstate"},
               {"{value_type}", "trialvaluetype"},
               {"{intermediate_type}", "trialintermediatevaluetype"}}}};

}  // namespace tutti
