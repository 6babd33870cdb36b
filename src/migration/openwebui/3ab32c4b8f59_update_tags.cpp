#include <algorithm>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/need_table.hpp"
#include "migration/openwebui/sql_steps.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  if (need_table(op, "tag").primary_key) op.drop_constraint("", "tag", ConstraintKind::primary_key);
  op.create_primary_key("pk_id_user_id", "tag", {"id", "user_id"});
  const database::Table tag = need_table(op, "tag");
  const auto is_former = [](const database::UniqueConstraint& constraint) {
    return constraint.name == "uq_id_user_id";
  };
  if (std::ranges::any_of(tag.unique_constraints, is_former)) {
    op.drop_constraint("uq_id_user_id", "tag", ConstraintKind::unique);
  }
  for (const database::Index& index : tag.indexes) {
    if (index.unique) op.drop_index(index.name, "tag");
  }
}

/// The official way back makes the id alone the key, and stops where two users have a tag of the same name.
bool ids_are_unique(Operations& op) {
  bool unique = true;
  if (op.write_sql(sql_tags_of_one_user_only())) return unique;
  op.read({"tag"}, "SELECT 1 FROM tag GROUP BY id HAVING count(*) > 1 LIMIT 1",
          [&](const ResultRow&) { unique = false; });
  return unique;
}

void downgrade(Operations& op) {
  const bool unique = ids_are_unique(op);
  if (need_table(op, "tag").primary_key) op.drop_constraint("", "tag", ConstraintKind::primary_key);
  if (unique) op.create_primary_key("pk_id", "tag", {"id"});
  op.create_unique_constraint("uq_id_user_id", "tag", {"id", "user_id"});
}

}  // namespace

const Revision& revision_3ab32c4b8f59() {
  static const Revision revision{
      .id = "3ab32c4b8f59",
      .down_revision = "1af9b942657b",
      .message = "Update tags",
      .create_date = "2024-10-09 21:02:35.241684",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
