#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/openwebui/json.hpp"
#include "migration/openwebui/sql_steps.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

/// Tables with an access_control column; each is also the name of the kind of resource.
constexpr std::array<std::string_view, 7> resources = {"knowledge", "prompt",  "tool", "model",
                                                       "note",      "channel", "file"};

constexpr std::string_view grants_are_kept = "who may see it is kept in access_grant";

void create_access_grant(Operations& op) {
  op.create_table("access_grant",
                  {column("id", types::text).primary_key(), column("resource_type", types::text).not_null(),
                   column("resource_id", types::text).not_null(), column("principal_type", types::text).not_null(),
                   column("principal_id", types::text).not_null(), column("permission", types::text).not_null(),
                   column("created_at", types::big_integer).not_null()},
                  {unique({"resource_type", "resource_id", "principal_type", "principal_id", "permission"},
                          "uq_access_grant_grant")});
}

void create_missing_index(Operations& op, std::string_view name, Names columns) {
  if (!op.has_index("access_grant", name)) op.create_index(name, "access_grant", std::move(columns));
}

/// Whether the column says "everybody may read": NULL or the JSON null, in any case of letters.
bool is_public(const Value& access) {
  if (access.is_null()) return true;
  std::string_view text = access.bytes();
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return false;
  text = text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
  return std::ranges::equal(text, std::string_view("null"),
                            [](unsigned char a, char b) { return std::tolower(a) == b; });
}

/// Turns one table's access_control into rows. null: everybody reads; {}: only the owner; else lists of groups and
/// users.
class Grants final : public RowStep {
 public:
  Grants(Operations& op, std::string_view resource)
      : op_(op),
        resource_(resource),
        grants_(op.insert_into(
            "access_grant",
            {"id", "resource_type", "resource_id", "principal_type", "principal_id", "permission", "created_at"},
            resource)),
        now_(Value::integer(op.environment().now())) {}

  void apply(Row& row) override {
    const Value access = row.get("access_control");
    if (is_public(access)) {
      // A file without access control is its owner's.
      if (resource_ != "file") grant(row, "user", Value::text("*"), "read");
      return;
    }
    if (!access.is_text() && access.kind() != Value::Kind::blob) return;
    const auto control = load_json(access.bytes());
    if (!control) return set_aside(row);
    if (control->empty() || *control == Json(false) || *control == Json("")) return;
    if (!control->is_object()) return set_aside(row);
    bool understood = true;
    for (const std::string_view permission : {"read", "write"}) {
      const auto lists = control->find(permission);
      if (lists == control->end() || lists->empty()) continue;
      understood &= lists->is_object() && grant_list(row, *lists, "group_ids", "group", permission) &&
                    grant_list(row, *lists, "user_ids", "user", permission);
    }
    if (!understood) set_aside(row);
  }

 private:
  /// False where the list is none, or holds something that is no id.
  bool grant_list(Row& row, const Json& lists, std::string_view name, std::string_view principal,
                  std::string_view permission) {
    const auto ids = lists.find(name);
    if (ids == lists.end() || ids->is_null()) return true;
    if (!ids->is_array()) return false;
    bool understood = true;
    for (const Json& id : *ids) {
      if (id.is_string())
        grant(row, principal, Value::text(id.get_ref<const std::string&>()), permission);
      else if (id.is_number_integer())
        grant(row, principal, Value::integer(id.get<std::int64_t>()), permission);
      else
        understood = false;
    }
    return understood;
  }

  void grant(Row& row, std::string_view principal, const Value& principal_id, std::string_view permission) {
    const std::string id = op_.environment().uuid4();
    // The same grant twice counts once.
    std::ignore = grants_.insert_new({Value::text(id), Value::text(resource_), row.get("id"), Value::text(principal),
                                      principal_id, Value::text(permission), now_});
  }

  void set_aside(Row& row) {
    op_.quarantine(resource_, row.text("id"), "access_control", row.text("access_control"),
                   "This cannot be read as access control; what could not be read grants nothing.");
    op_.note(resource_, "unreadable-access-control",
             "{} resources had access control that cannot be read; that part is private now, and kept in quarantine.");
  }

  Operations& op_;
  std::string_view resource_;
  Inserter& grants_;
  Value now_;
};

void upgrade(Operations& op) {
  if (!op.has_table("access_grant")) create_access_grant(op);
  create_missing_index(op, "idx_access_grant_resource", {"resource_type", "resource_id"});
  create_missing_index(op, "idx_access_grant_principal", {"principal_type", "principal_id"});
  for (const std::string_view resource : resources) {
    if (!op.has_column(resource, "access_control")) continue;
    if (op.has_column(resource, "id") && !op.write_sql(sql_grants_of(resource)))
      op.rewrite_rows(resource, std::make_unique<Grants>(op, resource));
    op.drop_column(resource, "access_control");
  }
}

struct Access {
  bool is_public = false;
  Json lists = {{"read", {{"group_ids", Json::array()}, {"user_ids", Json::array()}}},
                {"write", {{"group_ids", Json::array()}, {"user_ids", Json::array()}}}};
};

void add_grant(Access& access, const std::string& principal, const std::string& id, const std::string& permission) {
  if (principal == "user" && id == "*" && permission == "read") {
    access.is_public = true;
  } else if ((permission == "read" || permission == "write") && (principal == "user" || principal == "group")) {
    access.lists[permission][principal + "_ids"].push_back(id);
  }
}

/// What a resource's access_control says; nullopt: everybody may read.
std::optional<std::string> access_control_of(const Access& access) {
  if (access.is_public) return std::nullopt;
  const bool nobody = std::ranges::all_of(
      access.lists, [](const Json& lists) { return lists["group_ids"].empty() && lists["user_ids"].empty(); });
  return nobody ? "{}" : dump_json(access.lists);
}

/// Gives one table its access_control back. Without grants a file has none, and everything else is its owner's.
void gather_grants(Operations& op, std::string_view resource) {
  add_missing_column(op, resource, column("access_control", types::json));
  if (op.has_table("access_grant") && op.write_sql(sql_access_control_of(resource))) return;
  auto grants = std::make_shared<std::map<std::string, Access, std::less<>>>();
  if (op.has_table("access_grant")) {
    op.read({"access_grant"},
            "SELECT resource_id, principal_type, principal_id, permission FROM access_grant WHERE resource_type = ? "
            "ORDER BY principal_type, principal_id",
            [&](const ResultRow& row) { add_grant((*grants)[row.text(0)], row.text(1), row.text(2), row.text(3)); },
            {Value::text(resource)});
  }
  op.rewrite_rows(resource, [grants, is_file = resource == "file"](Row& row) {
    const auto found = grants->find(row.text("id"));
    if (found == grants->end() && is_file) return;
    const auto access = found == grants->end() ? std::optional<std::string>("{}") : access_control_of(found->second);
    row.set("access_control", access ? Value::text(*access) : Value::null());
  });
}

void downgrade(Operations& op) {
  for (const std::string_view resource : resources) gather_grants(op, resource);
  drop_present_table(op, "access_grant");
}

}  // namespace

const Revision& revision_f1e2d3c4b5a6() {
  static const Revision revision{
      .id = "f1e2d3c4b5a6",
      .down_revision = "8452d01d26d7",
      .message = "Add access_grant table",
      .create_date = "2026-02-05 10:00:00.000000",
      .summary =
          "Who may see and change what (knowledge, prompts, tools, models, notes, channels, files) becomes rows of "
          "access_grant.",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects =
          {
              {Effect::Kind::drops_column, "knowledge", "access_control", "", grants_are_kept},
              {Effect::Kind::drops_column, "prompt", "access_control", "", grants_are_kept},
              {Effect::Kind::drops_column, "tool", "access_control", "", grants_are_kept},
              {Effect::Kind::drops_column, "model", "access_control", "", grants_are_kept},
              {Effect::Kind::drops_column, "note", "access_control", "", grants_are_kept},
              {Effect::Kind::drops_column, "channel", "access_control", "", grants_are_kept},
              {Effect::Kind::drops_column, "file", "access_control", "", grants_are_kept},
              {Effect::Kind::adds_rows, "access_grant", "", "", "grants that access_control held"},
          },
      .proofs = {},
      .down_effects = {{Effect::Kind::drops_table, "access_grant", "",
                        "resource_type NOT IN ('knowledge', 'prompt', 'tool', 'model', 'note', 'channel', 'file', "
                        "'shared_chat') OR (NOT (principal_type = 'user' AND principal_id = '*' AND permission = "
                        "'read') AND (resource_type, resource_id) IN (SELECT resource_type, resource_id FROM "
                        "access_grant WHERE principal_type = 'user' AND principal_id = '*' AND permission = 'read'))",
                        "who may see what stands in access_control; what everybody may read has no writers there"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
