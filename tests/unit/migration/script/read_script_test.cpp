#include "migration/script/read_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace liftlock::migration::script {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Script read(std::string_view text) {
  Result<Script> script = read_script("/versions/x.py", text);
  EXPECT_TRUE(script.has_value()) << script.error().what;
  return script ? *script : Script{};
}

std::string error(std::string_view text) {
  const Result<Script> script = read_script("/versions/x.py", text);
  if (script) return "read as " + script->revision;
  EXPECT_EQ(script.error().id, "script-unreadable");
  EXPECT_EQ(script.error().doing, "Reading /versions/x.py");
  return script.error().what;
}

TEST(ReadScript, WhatTheTemplateMakes) {
  const Script script = read(R"("""Add notes

Revision ID: 9f0c9cd09105
Revises: 3781e22d8b01
Create Date: 2025-05-03 03:00:00.000000

"""
from typing import Sequence, Union
from alembic import op

# revision identifiers, used by Alembic.
revision: str = '9f0c9cd09105'
down_revision: Union[str, Sequence[str], None] = '3781e22d8b01'
branch_labels: Union[str, Sequence[str], None] = ("notes", "more")
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    revision = "a name of its own"
)");
  EXPECT_EQ(script.revision, "9f0c9cd09105");
  EXPECT_THAT(script.down_revisions, ElementsAre("3781e22d8b01"));
  EXPECT_THAT(script.branch_labels, ElementsAre("notes", "more"));
  EXPECT_THAT(script.depends_on, IsEmpty());
  EXPECT_EQ(doc_of(script), "Add notes");
  EXPECT_EQ(script.create_date, "2025-05-03 03:00:00.000000");
  EXPECT_EQ(script.path, "/versions/x.py");
  EXPECT_TRUE(script.longdoc.ends_with("03:00:00.000000"));
}

TEST(ReadScript, EveryWayToWriteALiteral) {
  EXPECT_EQ(read("revision = 'a' \"b\" r'\\n' u'''c'''\ndown_revision = None").revision, "ab\\nc");
  EXPECT_EQ(read("revision = '\\x41\\u00e4\\101\\\n\\q'\ndown_revision = None").revision,
            "A\xC3\xA4"
            "A\\q");
  EXPECT_THAT(read("revision='a'; down_revision = 'b',").down_revisions, ElementsAre("b"));
  EXPECT_THAT(read("revision='a'\ndown_revision = [ # why\n 'b',\n 'c'\n]\n").down_revisions, ElementsAre("b", "c"));
  EXPECT_THAT(read("revision='a'\ndown_revision = (('b'))").down_revisions, ElementsAre("b"));
  EXPECT_THAT(read("revision='a'\ndown_revision = ()").down_revisions, IsEmpty());
  EXPECT_EQ(read("x = revision = 'a'\ndown_revision = None").revision, "a");
  EXPECT_EQ(read("revision = 'wrong'\nrevision = 'a'\ndown_revision = None").revision, "a");
  EXPECT_EQ(read("revision \\\r\n = 'a'\r\ndown_revision = None\r\n").revision, "a");
}

TEST(ReadScript, Docstrings) {
  EXPECT_EQ(read("\xEF\xBB\xBF# comment\n'one' \" two\"\nrevision='a'\ndown_revision=None").longdoc, "one two");
  EXPECT_EQ(read("'''a\r\nb\rc'''\nrevision='a'\ndown_revision=None").longdoc, "a\nb\nc");
  EXPECT_EQ(read("revision='a'\n'''late'''\ndown_revision=None").longdoc, "");
  EXPECT_EQ(read("f'no {1}'\nrevision='a'\ndown_revision=None").longdoc, "");
  EXPECT_EQ(read("'first'\n__doc__ = 'second'\nrevision='a'\ndown_revision=None").longdoc, "second");
}

TEST(ReadScript, LegacyNames) {
  const Result<Script> script = read_script("/versions/3ab5c.py", "down_revision = None");
  ASSERT_TRUE(script.has_value());
  EXPECT_EQ(script->revision, "3ab5c");
  EXPECT_THAT(error("down_revision = None"), HasSubstr("Could not determine revision id from filename x.py"));
}

TEST(ReadScript, WhatIsNoLiteralNamesTheLine) {
  EXPECT_THAT(error("\nrevision = make()\ndown_revision = None"), HasSubstr("line 2: the value of revision: is not"));
  EXPECT_THAT(error("revision = 'a'\ndown_revision = revision"), HasSubstr("line 2: the value of down_revision"));
  EXPECT_THAT(error("revision = f'a'\ndown_revision = None"), HasSubstr("f-string"));
  EXPECT_THAT(error("revision = b'a'\ndown_revision = None"), HasSubstr("bytes"));
  EXPECT_THAT(error("revision = 'a'\ndown_revision = 'b' + 'c'"), HasSubstr("line 2"));
  EXPECT_THAT(error("revision = 'a'\ndown_revision = ['b', None]"), HasSubstr("line 2"));
  EXPECT_THAT(error("revision = 'a'\nif x:\n  down_revision = 'b'"),
              HasSubstr("line 3: down_revision is given a value"));
  EXPECT_THAT(error("revision = 'a'\ndown_revision = 'b'\ndown_revision += 'c'"), HasSubstr("line 3"));
  EXPECT_THAT(error("from x import revision\ndown_revision = None"), HasSubstr("line 1: revision"));
  EXPECT_THAT(error("revision, down_revision = 'a', None"), HasSubstr("line 1"));
  EXPECT_THAT(error("revision = 'a'"), HasSubstr("no down_revision"));
}

TEST(ReadScript, BodiesAreSkippedWithWhatHidesTheirEnds) {
  const Script script = read(R"(revision = "a"
def upgrade():
    op.execute("""
revision = "in a text"
    """)
    op.execute('it\'s # no comment "' + r"\\")  # revision = "in a comment
    op.create_table(
"flush left in brackets",
revision = "keyword")
    x = 1 + \
revision

  # a comment that is indented less
# and one that is not
    if x: revision = "still inside"

down_revision = "b"
class C:
	revision = "by a tab"
	def f(self): """}"""
)");
  EXPECT_EQ(script.revision, "a");
  EXPECT_THAT(script.down_revisions, ElementsAre("b"));
  EXPECT_THAT(error("revision = 'a'\ndef f():\n  x = (1\ndown_revision = None"), HasSubstr("is not closed"));
  EXPECT_THAT(error("revision = 'a'\ndef f():\n  x = 'b\ndown_revision = None"),
              HasSubstr("line 3: a text does not end"));
  EXPECT_THAT(error("revision = 'a'\ndef f():\n  x = 1]\ndown_revision = None"), HasSubstr("line 3: ']' closes"));
  EXPECT_THAT(error("revision = 'a'\ndef f():\n  x = \\ 1\ndown_revision = None"), HasSubstr("line 3: a backslash"));
}

TEST(ReadScript, WhatIsNoPythonNamesTheLine) {
  EXPECT_THAT(error("revision = 'a\ndown_revision = None"), HasSubstr("line 1: a text does not end"));
  EXPECT_THAT(error("revision = 'a'\n'''\ndown_revision = None"), HasSubstr("line 2: a text does not end"));
  EXPECT_THAT(error("revision = ('a'\ndown_revision = None"), HasSubstr("is not closed"));
  EXPECT_THAT(error("revision = 'a')\n"), HasSubstr("line 1: ')' closes nothing"));
  EXPECT_THAT(error("x = 1\n# \xFF\nrevision = 'a'"), HasSubstr("line 2: the text is not UTF-8"));
  EXPECT_THAT(error("x = 'long enough'\n\n# so long, \xC3\xA9, and then\n# \xC3 \nrevision = 'a'"),
              HasSubstr("line 4: the text is not UTF-8"));
}

}  // namespace
}  // namespace liftlock::migration::script
