#pragma once
#include <array>
#include <utility>

namespace tutti {

/// What SQLite and PostgreSQL write differently; all other SQL is for both.
struct Dialect {
  const char* begin;           // a transaction that writes
  const char* begin_snapshot;  // one that reads a state, whatever others write
  const char* keep_out;        // in a transaction: only one process at a time is beyond this
  const char* for_update;      // behind a SELECT: others who ask so for its rows wait
  const char* is_new;          // a row if no study was ever made here
  const char* has_table;       // a row if a table has the name ?
  const char* heartbeat_age;   // seconds since the heartbeat of h
  bool many;                   // studies of several names, not one alone
  const char* make_types;
  std::array<std::pair<const char*, const char*>, 6> types;  // what they are called in schema.cpp
};

extern const Dialect sqlite_dialect, postgres_dialect;

}  // namespace tutti
