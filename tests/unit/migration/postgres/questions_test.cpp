#include "migration/postgres/questions.hpp"

#include <gtest/gtest.h>

namespace liftlock::migration::postgres {
namespace {

TEST(Question, FunctionsOnJsonAreThoseOfTheSession) {
  EXPECT_EQ(question("CASE WHEN json_valid(meta) THEN json_extract(meta, '$.a') END"),
            "CASE WHEN pg_temp.json_valid(meta) THEN pg_temp.json_extract(meta, '$.a') END");
  EXPECT_EQ(question("SELECT 1 FROM json_each(a.b, '$.c') AS e"), "SELECT 1 FROM pg_temp.json_each(a.b, '$.c') AS e");
}

TEST(Question, OtherWordsStayAsTheyAre) {
  EXPECT_EQ(question("my_json_valid(a) OR json_valid OR jsonb_typeof(b) = 'json_valid(c)' OR \"json_type(\" = 1"),
            "my_json_valid(a) OR json_valid OR jsonb_typeof(b) = 'json_valid(c)' OR \"json_type(\" = 1");
}

TEST(Question, RowsAreKnownByTheirPlace) { EXPECT_EQ(question("later.rowid > t.rowid"), "later.ctid > t.ctid"); }

TEST(Truth, IsNeverNull) { EXPECT_EQ(truth("0"), "coalesce((0)::boolean, false)"); }

}  // namespace
}  // namespace liftlock::migration::postgres
