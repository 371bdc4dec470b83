#pragma once
#include "search/sqlite.h"

namespace tutti {

/// Makes the tables of Optuna's storage in an empty database, schema 12, as Optuna 4 makes them.
void create_schema(Database& database);

/// An Error, without the file's name, unless the database has that schema.
void expect_schema(Database& database);

}  // namespace tutti
