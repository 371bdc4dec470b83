#pragma once
#include "search/storage/database.h"

namespace tutti {

/// Makes the tables of Optuna's storage in a database without them, schema 12, as Optuna 4 makes
/// them.
void create_schema(Database& database);

/// Optuna makes its tables in several steps: waits up to five seconds for the last.
void await_schema(Database& database);

/// An Error, without the database's name, unless the database has that schema.
void expect_schema(Database& database);

}  // namespace tutti
