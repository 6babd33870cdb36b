#include "database/libpq.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace liftlock::database::postgres {
namespace {

using testing::HasSubstr;

void expect_missing(const Result<Libpq>& found, const char* reason) {
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().id, "libpq-missing");
  EXPECT_EQ(found.error().kind, ErrorKind::failed);
  EXPECT_THAT(found.error().what, HasSubstr(reason));
  EXPECT_THAT(found.error().next, HasSubstr("apt install libpq5"));
}

TEST(Libpq, TheSystemsIsFoundAndUnderstandsItsCalls) {
  ASSERT_TRUE(system_libpq());
  EXPECT_EQ(system_libpq()->PQresultStatus(nullptr), PGRES_FATAL_ERROR);
}

TEST(Libpq, ALibraryThatIsNotThereSaysWhatToInstall) {
  expect_missing(load_libpq("libpq-that-nobody-has.so.5"), "libpq-that-nobody-has.so.5");
}

TEST(Libpq, ALibraryWithoutItsFunctionsSaysWhichIsMissing) { expect_missing(load_libpq("libm.so.6"), "PQclear"); }

}  // namespace
}  // namespace liftlock::database::postgres
