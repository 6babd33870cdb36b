#include <rapidcheck/gtest.h>

#include "registry/challenge.hpp"
#include "registry/manifest.hpp"
#include "registry/reference.hpp"
#include "registry/tag.hpp"

namespace liftlock::registry {
namespace {

/// Text of the letters that mean something to the readers.
rc::Gen<std::string> text() {
  return rc::gen::container<std::string>(rc::gen::elementOf(std::string("aZ09.:/@-_[]{}<>\"\\=;, \t\nv")));
}

RC_GTEST_PROP(ForeignText, IsStoodByTheReadersOfHeaders, ()) {
  const std::string header = *text();
  for (const Challenge& challenge : read_challenges(header)) RC_ASSERT(!challenge.scheme.empty());
  RC_ASSERT(header.find(next_link(header)) != std::string::npos);
}

RC_GTEST_PROP(ForeignText, IsAReferenceOnlyIfItIsWrittenAgainAsOne, ()) {
  const auto read = parse_reference(*text());
  if (!read) return;
  const auto again = parse_reference(to_string(*read));
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == *read);
}

RC_GTEST_PROP(ForeignText, IsATagOfSomeKind, ()) {
  const std::string read = *text();
  const Tag tag = read_tag(read);
  RC_ASSERT(tag.text == read);
  RC_ASSERT(tag.variant.empty() || read.ends_with(tag.variant));
}

/// Documents whose members are missing, or of another type.
RC_GTEST_PROP(ForeignText, IsNoManifestOfHalves, ()) {
  const std::string value =
      *rc::gen::element<std::string>("null", "1", "\"x\"", "[]", "[7]", "{}", "[{}]", "[{\"size\":\"x\"}]");
  for (const char* name : {"manifests", "config", "layers", "schemaVersion", "created"}) {
    const std::string body = "{\"" + std::string(name) + "\":" + value + "}";
    const auto manifest = read_manifest(body);
    RC_ASSERT(!manifest || manifest->config.empty());
    RC_ASSERT(read_image_config(body).has_value());
  }
}

}  // namespace
}  // namespace liftlock::registry
