// The tables of a new file, word for word. Files are out there: what changes here needs a new version and a way to it.
#include <gtest/gtest.h>

#include <sqlite3.h>

#include <fstream>
#include <sstream>

#include "store/sqlite/connection.hpp"
#include "store/sqlite_fixture.hpp"

namespace lasagne::detail {
namespace {

class SqliteSchemaTest : public SqliteTest {};

TEST_F(SqliteSchemaTest, IsThatOfVersion2) {
  open(file()).reset();
  auto connection = sqlite::Connection::open(file(), SQLITE_OPEN_READONLY, {});
  ASSERT_TRUE(connection);
  auto tables = connection->prepare("SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name", false);
  ASSERT_TRUE(tables);
  std::string made;
  while (tables->step() == SQLITE_ROW) made.append(tables->text(0)).append(1, '\n');

  std::ifstream golden(LASAGNE_SOURCE_DIR "/tests/store/schema_v2.sql");
  std::ostringstream expected;
  expected << golden.rdbuf();
  EXPECT_EQ(made, expected.str());
  EXPECT_EQ(connection->integer("PRAGMA user_version", "reading the version").value(), 2);
  EXPECT_EQ(connection->integer("PRAGMA application_id", "reading the id").value(), 0x4C73676E);
}

}  // namespace
}  // namespace lasagne::detail
