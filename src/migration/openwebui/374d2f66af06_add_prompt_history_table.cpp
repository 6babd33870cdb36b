#include <fmt/core.h>

#include <memory>
#include <optional>
#include <string>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/openwebui/json.hpp"
#include "migration/openwebui/sql_steps.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

/// The table as it was until now: keyed by command, with title, timestamp and access_control.
bool is_old(Operations& op) { return op.has_column("prompt", "command") && !op.has_column("prompt", "version_id"); }

/// An interrupted run reads the old table last of all, so while that is there, nothing else counts.
void drop_leftovers(Operations& op) {
  for (const std::string_view table : {"prompt_new", "prompt_history"}) {
    if (op.has_table(table)) op.drop_table(table);
  }
}

void create_prompt(Operations& op) {
  op.create_table(
      "prompt_new",
      {column("id", types::text).primary_key(), column("command", types::string),
       column("user_id", types::string).not_null(), column("name", types::text).not_null(),
       column("content", types::text).not_null(), column("data", types::json), column("meta", types::json),
       column("access_control", types::json), column("is_active", types::boolean).not_null().server_default("'1'"),
       column("version_id", types::text), column("tags", types::json),
       column("created_at", types::big_integer).not_null(), column("updated_at", types::big_integer).not_null()});
  op.create_index("ix_prompt_new_command", "prompt_new", {"command"}, {.unique = true});
}

void create_history(Operations& op) {
  op.create_table("prompt_history",
                  {column("id", types::text).primary_key(), column("prompt_id", types::text).not_null().index(),
                   column("parent_id", types::text), column("snapshot", types::json).not_null(),
                   column("user_id", types::text).not_null(), column("commit_message", types::text),
                   column("created_at", types::big_integer).not_null()});
}

/// Writes each prompt into the new table, and its first version into the history.
class PromptCopy final : public RowStep {
 public:
  explicit PromptCopy(Operations& op)
      : op_(op),
        prompts_(op.insert_into("prompt_new",
                                {"id", "command", "user_id", "name", "content", "data", "meta", "access_control",
                                 "is_active", "version_id", "tags", "created_at", "updated_at"},
                                "prompt")),
        history_(op.insert_into("prompt_history", {"id", "prompt_id", "snapshot", "user_id", "created_at"}, "prompt")),
        now_(op.environment().now()) {}

  void apply(Row& row) override {
    const std::string id = op_.environment().uuid4();
    const std::string version = op_.environment().uuid4();
    const Value command = write_prompt(row, id, version);
    const std::string snapshot = dump_json(snapshot_of(row, command));
    history_.insert(
        {Value::text(version), Value::text(id), Value::text(snapshot), filled(row, "user_id"), timestamp(row)});
  }

 private:
  /// Returns the command that the prompt has from here on, valid until the next row.
  Value write_prompt(Row& row, const std::string& id, const std::string& version) {
    std::string_view wanted = row.text("command");
    if (wanted.starts_with('/')) wanted.remove_prefix(1);
    command_ = wanted;
    const Value access = row.get("access_control");
    if (row.get("user_id").is_null() || row.get("title").is_null() || row.get("content").is_null() ||
        row.get("timestamp").is_null()) {
      op_.note("prompt", "incomplete-prompt",
               "{} prompts had no owner, title, content or date; what was missing is empty, the date is that of this "
               "change.");
    }
    for (int number = 2;; ++number) {
      const Value command = row.get("command").is_null() ? Value::null() : Value::text(command_);
      const bool is_new = prompts_.insert_new(
          {Value::text(id), command, filled(row, "user_id"), filled(row, "title"), filled(row, "content"),
           Value::text("{}"), Value::text("{}"), access.is_null() ? Value::text("null") : access, Value::integer(1),
           Value::text(version), Value::text("[]"), timestamp(row), timestamp(row)});
      if (is_new) return command;
      if (number == 2) {
        op_.note("prompt", "equal-prompt-command",
                 "{} prompts had the command of another but for the slash; a number was added to it.");
      }
      command_ = fmt::format("{}-{}", wanted, number);
    }
  }

  static Value filled(Row& row, std::string_view name) {
    const Value value = row.get(name);
    return value.is_null() ? Value::text("") : value;
  }

  [[nodiscard]] Value timestamp(Row& row) const {
    const Value value = row.get("timestamp");
    return value.is_null() ? Value::integer(now_) : value;
  }

  static Json snapshot_of(Row& row, const Value& command) {
    const auto access = row.get("access_control").is_null() ? std::nullopt : load_json(row.text("access_control"));
    return {{"name", std::string(row.text("title"))},
            {"content", std::string(row.text("content"))},
            {"command", command.is_null() ? Json(nullptr) : Json(std::string(command.bytes()))},
            {"data", Json::object()},
            {"meta", Json::object()},
            {"access_control", access.value_or(nullptr)}};
  }

  Operations& op_;
  Inserter& prompts_;
  Inserter& history_;
  std::int64_t now_;
  std::string command_;
};

void upgrade(Operations& op) {
  if (op.has_column("prompt", "version_id") && op.has_table("prompt_history")) return;
  const bool moves_rows = is_old(op);
  if (moves_rows) drop_leftovers(op);
  if (!op.has_table("prompt_new")) create_prompt(op);
  if (!op.has_table("prompt_history")) create_history(op);
  if (moves_rows && !op.write_sql(sql_prompts_with_history()))
    op.rewrite_rows("prompt", std::make_unique<PromptCopy>(op));
  if (op.has_table("prompt")) op.drop_table("prompt");
  op.rename_table("prompt_new", "prompt");
}

/// Writes each prompt into the table of old.
class OldPrompts final : public RowStep {
 public:
  explicit OldPrompts(Operations& op)
      : op_(op),
        prompts_(op.insert_into("prompt_old", {"command", "user_id", "title", "content", "timestamp", "access_control"},
                                "prompt")) {}

  void apply(Row& row) override {
    // One without a command has its id for one: the old table is keyed by it.
    const std::string wanted(row.get("command").is_null() ? row.text("id") : row.text("command"));
    const std::string slashed = wanted.empty() || wanted.starts_with('/') ? wanted : "/" + wanted;
    std::string command = slashed;
    for (int number = 2; !insert(row, command); ++number) command = fmt::format("{}-{}", slashed, number);
    if (command == slashed) return;
    op_.note("prompt", "equal-prompt-command",
             "{} prompts had the command of another but for the slash; a number was added to it.");
  }

 private:
  bool insert(Row& row, const std::string& command) {
    const Value access = row.get("access_control");
    return prompts_.insert_new({Value::text(command), row.get("user_id"), row.get("name"), row.get("content"),
                                row.get("created_at"), access.is_null() ? Value::text("null") : access});
  }

  Operations& op_;
  Inserter& prompts_;
};

void downgrade(Operations& op) {
  drop_present_table(op, "prompt_history");
  op.create_table("prompt_old", {column("command", types::string).primary_key(), column("user_id", types::string),
                                 column("title", types::text), column("content", types::text),
                                 column("timestamp", types::big_integer), column("access_control", types::json),
                                 column("id", types::integer)});
  if (!op.write_sql(sql_prompts_as_before())) op.rewrite_rows("prompt", std::make_unique<OldPrompts>(op));
  op.drop_table("prompt");
  op.rename_table("prompt_old", "prompt");
  if (op.dialect() != Dialect::postgresql) return;
  op.drop_constraint("prompt_old_pkey", "prompt", ConstraintKind::primary_key);  // PostgreSQL names keys by the table
  op.create_primary_key("prompt_pkey", "prompt", {"command"});
}

}  // namespace

const Revision& revision_374d2f66af06() {
  static const Revision revision{
      .id = "374d2f66af06",
      .down_revision = "c440947495f3",
      .message = "Add prompt history table",
      .create_date = "2026-01-23 17:15:00.000000",
      .summary = "Prompts get ids of their own and a history; the slash before a command goes.",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects =
          {
              {Effect::Kind::changes_key, "prompt", "user_id,content", "",
               "prompts are known by a new id from here on"},
              {Effect::Kind::changes_column, "prompt", "id", "", "prompts are known by a new id from here on"},
              {Effect::Kind::changes_column, "prompt", "command", "", "the slash before the command goes"},
              {Effect::Kind::drops_column, "prompt", "title", "", "it is called name from here on"},
              {Effect::Kind::drops_column, "prompt", "timestamp", "", "it is kept in created_at and updated_at"},
              {Effect::Kind::removes_rows, "prompt", "", "user_id IS NULL OR content IS NULL",
               "prompts without owner or content are kept with empty ones"},
              {Effect::Kind::adds_rows, "prompt", "", "", "prompts without owner or content are kept with empty ones"},
              {Effect::Kind::drops_table, "prompt_new", "", "",
               "left behind by an interrupted migration; prompt has it all"},
          },
      .proofs =
          {
              {"prompts", "prompts", "SELECT count(*) FROM prompt", "SELECT count(*) FROM prompt"},
          },
      .down_effects = {{Effect::Kind::drops_column, "prompt_history", "commit_message",
                        "id IN (SELECT version_id FROM prompt)", "older programs keep no versions of prompts"},
                       {Effect::Kind::drops_table, "prompt_history", "",
                        "id NOT IN (SELECT version_id FROM prompt WHERE version_id IS NOT NULL)",
                        "older programs keep no versions of prompts"},
                       {Effect::Kind::drops_column, "prompt", "name", "0", "it is called title"},
                       {Effect::Kind::drops_column, "prompt", "created_at", "0", "it is called timestamp"},
                       {Effect::Kind::drops_column, "prompt", "updated_at", "0", "older programs keep one time"},
                       {Effect::Kind::drops_column, "prompt", "version_id", "0", "it names the version in use"},
                       {Effect::Kind::drops_column, "prompt", "is_active", "NOT is_active", "all prompts are in use"},
                       {Effect::Kind::changes_key, "prompt", "user_id,content", "",
                        "prompts are known by their command"},
                       {Effect::Kind::changes_column, "prompt", "command", "",
                        "the slash before the command comes back"},
                       {Effect::Kind::changes_column, "prompt", "id", "", "prompts are known by their command"}},
      .down_proofs = {{"prompts-back", "prompts", "SELECT count(*) FROM prompt", "SELECT count(*) FROM prompt"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
