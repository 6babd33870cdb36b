#include "migration/script/template.hpp"

#include <gtest/gtest.h>

namespace liftlock::migration::script {
namespace {

using Kind = PythonValue::Kind;

/// What it renders to, or the error.
std::string rendered(std::string_view text) {
  const TemplateValues values{{"message", PythonValue::text("Add a \"table\"")},
                              {"down_revision", {Kind::tuple, {"aaaa", "b'b"}}},
                              {"labels", {Kind::tuple, {"one"}}},
                              {"depends_on", {Kind::list, {"a", "b"}}},
                              {"nothing", PythonValue::none()},
                              {"padded", PythonValue::text("  x\n")},
                              {"imports", {}}};
  const Result<std::string> result = render_template(text, values);
  return result ? *result : result.error().id + ": " + result.error().what;
}

TEST(Template, EvaluatesWhatAlembicsOwnTemplatesHold) {
  EXPECT_EQ(rendered("${message}"), "Add a \"table\"");
  EXPECT_EQ(rendered("<${down_revision | comma,n}> <${nothing | comma,n}>"), "<aaaa, b'b> <>");
  EXPECT_EQ(rendered("${repr(down_revision)} ${repr(labels)} ${repr(depends_on)} ${repr(nothing)}"),
            "('aaaa', \"b'b\") ('one',) ['a', 'b'] None");
  EXPECT_EQ(rendered("[${imports if imports else \"\"}] ${message if message else 'pass'}"), "[] Add a \"table\"");
  EXPECT_EQ(rendered("${ str(nothing)\n}|${nothing}|${padded | trim}|"), "None|None|x|");
  EXPECT_EQ(rendered("${'}' if nothing else \"{$\"}"), "{$");
}

TEST(Template, LeavesOutCommentsAndJoinsLines) {
  EXPECT_EQ(rendered("a\n  ## gone ${what}\nb ## stays\n"), "a\nb ## stays\n");
  EXPECT_EQ(rendered("a \\\nb\\\r\nc \\d\n"), "a bc \\d\n");
  EXPECT_EQ(rendered("100 % $ { } #\n"), "100 % $ { } #\n");
  EXPECT_EQ(rendered("\xEF\xBB\xBFx"), "x");
}

TEST(Template, RefusesWhatItCannotRenderAndSaysWhere) {
  EXPECT_EQ(rendered("a\n% if message:\n"),
            "template-unsupported: line 2, \"% if message:\": control lines are more of Mako than Liftlock renders");
  EXPECT_EQ(rendered("<%def name=\"x()\">"),
            "template-unsupported: line 1, \"<%def name=\"x()\">\": blocks and tags are more of Mako than Liftlock "
            "renders");
  for (const char* text :
       {"%% x", "<%! import re %>", "</%def>", "${message.upper()}", "${up()}", "${config}", "${1+1}", "${message | h}",
        "${repr(message}", "${message", "${}", "${nothing | n}", "${imports}", "${message if up() else 1}",
        "${message)\n(message}", "${message; message}", "${labels | trim,n}", "${repr(imports)}"}) {
    EXPECT_TRUE(rendered(text).starts_with("template-unsupported: line 1, ")) << text << ": " << rendered(text);
  }
}

TEST(PythonRepr, QuotesAsPythonDoes) {
  const auto repr = [](const char* text) { return python_repr(PythonValue::text(text)); };
  EXPECT_EQ(repr("plain"), "'plain'");
  EXPECT_EQ(repr("it's"), "\"it's\"");
  EXPECT_EQ(repr("it's \"so\""), "'it\\'s \"so\"'");
  EXPECT_EQ(repr("a\\b\n\t\r\x01\x7f"), "'a\\\\b\\n\\t\\r\\x01\\x7f'");
  EXPECT_EQ(repr("é\xC2\xA0\xC2\xAD€"), "'é\\xa0\\xad€'");
}

}  // namespace
}  // namespace liftlock::migration::script
