#include "migration/openwebui/sql/pieces.hpp"
#include "migration/openwebui/sql_steps.hpp"

namespace liftlock::migration::openwebui {

namespace {

/// Dates that are neither seconds nor "2026-11-21", with or without " 09:44:31" and a fraction of a second.
SqlGuard odd_date(std::string_view column) {
  return {
      with(R"sql(SELECT 1 FROM folder WHERE NOT CASE typeof($c) WHEN 'integer' THEN 1 WHEN 'real' THEN abs($c) < 1e18
 WHEN 'text' THEN coalesce(strftime('%Y-%m-%d', substr($c, 1, 19)) = substr($c, 1, 10), 0) AND substr($c, 18, 2) <> '60' AND (
  $c GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'
  OR (substr($c, 1, 19) GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9][ T][0-9][0-9]:[0-9][0-9]:[0-9][0-9]'
      AND (length($c) = 19 OR substr($c, 20) = 'Z' OR (substr($c, 20) GLOB '.[0-9]*' AND substr($c, 21) NOT GLOB '*[^0-9]*'))))
 ELSE 0 END)sql",
           {{"$c", column}}),
      "a date of a folder cannot be read"};
}

}  // namespace

const SqlStep& sql_folder_dates_to_seconds() {
  static const SqlStep step{
      .what = "dates of folders become seconds",
      .tables = {"folder"},
      .sqlite = SqlText{.guards = {odd_date("created_at"), odd_date("updated_at")}, .statements = R"sql(
UPDATE folder SET created_at = CAST(CASE typeof(created_at) WHEN 'text' THEN strftime('%s', substr(created_at, 1, 19)) ELSE created_at END AS INTEGER),
  updated_at = CAST(CASE typeof(updated_at) WHEN 'text' THEN strftime('%s', substr(updated_at, 1, 19)) ELSE updated_at END AS INTEGER);
)sql"},
      .postgresql = SqlText{}};
  return step;
}

const SqlStep& sql_folder_seconds_to_dates() {
  static const SqlStep step{.what = "seconds become dates of folders",
                            .tables = {"folder"},
                            .sqlite = SqlText{.guards = {}, .statements = R"sql(
UPDATE folder SET created_at = strftime('%Y-%m-%d %H:%M:%S', created_at, 'unixepoch')
WHERE typeof(created_at) = 'integer' AND created_at >= -62167219200 AND created_at < 253402300800;
UPDATE folder SET updated_at = strftime('%Y-%m-%d %H:%M:%S', updated_at, 'unixepoch')
WHERE typeof(updated_at) = 'integer' AND updated_at >= -62167219200 AND updated_at < 253402300800;
)sql"},
                            .postgresql = SqlText{}};
  return step;
}

const SqlStep& sql_members_joined() {
  static const SqlText text{
      .guards = {}, .statements = "UPDATE channel_member SET joined_at = coalesce(created_at, $nanoseconds);\n"};
  static const SqlStep step{.what = "members of channels joined when they were made",
                            .tables = {"channel_member"},
                            .sqlite = text,
                            .postgresql = text};
  return step;
}

const SqlStep& sql_pins() {
  const auto text = [](std::string_view pinned) {
    return SqlText{.guards = {},
                   .statements = with(R"sql(
INSERT INTO pinned_note (id, user_id, note_id, created_at)
SELECT $uuid, user_id, id, $nanoseconds FROM note WHERE $pinned AND user_id IS NOT NULL;
)sql",
                                      {{"$pinned", pinned}})};
  };
  static const SqlStep step{.what = "pins become rows of their own",
                            .tables = {"note", "pinned_note"},
                            .sqlite = text("is_pinned = 1"),
                            .postgresql = text("is_pinned")};
  return step;
}

const SqlStep& sql_pinned_notes() {
  const auto text = [](std::string_view pinned) {
    return SqlText{
        .guards = {},
        .statements = with("UPDATE note SET is_pinned = $pinned WHERE id IN (SELECT note_id FROM pinned_note);\n",
                           {{"$pinned", pinned}})};
  };
  static const SqlStep step{.what = "notes say whether they are pinned",
                            .tables = {"note", "pinned_note"},
                            .sqlite = text("1"),
                            .postgresql = text("true")};
  return step;
}

const SqlStep& sql_members_of_nobody() {
  static const SqlText text{.guards = {{"SELECT 1 FROM channel_member WHERE user_id IS NULL AND app_id IS NULL",
                                        "a membership in a channel names no user"}},
                            .statements = ""};
  static const SqlStep step{
      .what = "each membership is somebody's", .tables = {"channel_member"}, .sqlite = text, .postgresql = text};
  return step;
}

SqlStep sql_rows_of_apps(std::string_view table) {
  const SqlText text{.guards = {},
                     .statements = with("DELETE FROM $table WHERE app_id IS NOT NULL;\n", {{"$table", table}})};
  return {.what = "what belongs to an app goes", .tables = {table}, .sqlite = text, .postgresql = text};
}

}  // namespace liftlock::migration::openwebui
