#include "migration/openwebui/scripts.hpp"

#include <fmt/core.h>

#include <stdexcept>

#include "migration/openwebui/chain.hpp"

namespace liftlock::migration::openwebui {

namespace {

/// Where the official docstring differs from what Alembic's template makes of a revision.
struct Docstring {
  std::string_view id;
  std::string_view behind_message;
};

constexpr Docstring odd_docstrings[] = {
    {"0bd252b206fb", "\n\nRevision ID: 0bd252b206fb\nRevises: c92da83b017f"},
    {"a7d3e9f2b641", "\n\nRevision ID: a7d3e9f2b641\nRevises: d4c1a8e37b62"},
    {"b8e4f0a3c752", "\n\nRevision ID: b8e4f0a3c752\nRevises: a7d3e9f2b641"},
    {"d4e5f6a7b8c9", "\n\nRevision ID: d4e5f6a7b8c9\nRevises: f1e2d3c4b5a6\nCreate Date: 2026-03-30"},
    {"f1e2d3c4b5a6",
     "\n\nRevision ID: f1e2d3c4b5a6\nRevises: 8452d01d26d7\nCreate Date: 2026-02-05 10:00:00.000000\n\n"
     "Migrates from JSON access_control columns to normalized access_grant table.\nAccess control semantics:\n"
     "- NULL: Public access (all users can read) -> insert user:* for read\n"
     "- {}: Private/owner-only (no grants) -> insert nothing\n"
     "- {read: {...}, write: {...}}: Custom permissions -> insert specific grants"},
};

std::string docstring_of(const Revision& revision) {
  for (const Docstring& odd : odd_docstrings) {
    if (odd.id == revision.id) return fmt::format("{}{}", revision.message, odd.behind_message);
  }
  if (revision.create_date.empty()) return std::string(revision.message);
  return fmt::format("{}\n\nRevision ID: {}\nRevises: {}\nCreate Date: {}", revision.message, revision.id,
                     revision.down_revision, revision.create_date);
}

script::RevisionMap make() {
  std::vector<script::Script> scripts;
  for (const Revision* revision : alembic_revisions()) {
    script::Script& made = scripts.emplace_back();
    made.revision = revision->id;
    if (!revision->down_revision.empty()) made.down_revisions.emplace_back(revision->down_revision);
    made.longdoc = docstring_of(*revision);
    made.create_date = revision->create_date;
  }
  auto map = script::RevisionMap::of(std::move(scripts));
  if (!map) throw std::logic_error("the chain that is compiled in is broken: " + map.error().what);
  return *std::move(map);
}

}  // namespace

const script::RevisionMap& revision_map() {
  static const script::RevisionMap map = make();
  return map;
}

}  // namespace liftlock::migration::openwebui
