#include "data_cases.hpp"

#include "heads.hpp"
#include "world.hpp"

namespace liftlock::hazard {

namespace {

using enum Severity;

/// An INSERT of a user; `more` are further columns, "api_key = 'x'" as in {"api_key", "'x'"}.
std::string user(const std::string& id, const std::string& email, const std::string& column = {},
                 const std::string& value = {}) {
  return "INSERT INTO \"user\" (id, name, email, role, profile_image_url, created_at, updated_at, last_active_at" +
         (column.empty() ? "" : ", " + column) + ") VALUES ('" + id + "', 'Name of " + id + "', '" + email +
         "', 'user', '', 1, 1, 1" + (column.empty() ? "" : ", " + value) + ");";
}

std::string chat(const std::string& id, const std::string& owner, const std::string& text) {
  return "INSERT INTO chat (id, user_id, title, chat, archived, created_at, updated_at) VALUES ('" + id + "', '" +
         owner + "', 'About " + id + "', '" + text + "', 0, 1, 1);";
}

std::string group(const std::string& name, const std::string& members) {
  return "INSERT INTO \"group\" (id, user_id, name, user_ids) VALUES ('id of " + name + "', 'u', '" + name + "', '" +
         members + "');";
}

std::string tags(const std::string& rows) { return "INSERT INTO tag (id, name, user_id) VALUES " + rows + ";"; }

std::string knowledge(const std::string& files) {
  return "INSERT INTO knowledge (id, user_id, name, data, created_at) VALUES ('k', 'u', 'Manuals', '{\"file_ids\": " +
         files +
         "}', 1);"
         "INSERT INTO file (id, user_id, filename, created_at) VALUES ('f', 'u', 'f.txt', 1), ('g', 'u', 'g.txt', 1);";
}

std::string documents(const std::string& rows) {
  return loosen("document") +
         "INSERT INTO document (id, collection_name, name, title, filename, user_id, timestamp) VALUES " + rows + ";";
}

std::string prompt(const std::string& title) {
  return loosen("prompt") +
         "INSERT INTO prompt (id, command, user_id, title, content, timestamp) VALUES (1, '/ask', 'u', " + title +
         ", 'text', 1);";
}

std::string configs(const std::string& rows) { return "INSERT INTO config (id, data, version) VALUES " + rows + ";"; }

std::vector<DataCase> cases_of_users() {
  return {
      {"emails-differ-by-case",
       blocks,
       v0_9_5,
       "0.11.0",
       "0.10.2",
       user("1", "Anna@x.org") + user("2", "anna@x.org"),
       user("1", "anna@x.org") + user("2", "hanna@x.org"),
       {"Name of 1 <Anna@x.org>", "Name of 2 <anna@x.org>"},
       2,
       "2 users of this database do"},
      {"api-key-shared",
       warning,
       v0_6_18,
       "0.12.4",
       "0.6.27",
       "DROP INDEX user_api_key;" + user("1", "a@x.org", "api_key", "'k'") + user("2", "b@x.org", "api_key", "'k'") +
           user("3", "c@x.org", "api_key", "'k'"),
       "DROP INDEX user_api_key;" + user("1", "a@x.org", "api_key", "'k'") + user("2", "b@x.org", "api_key", "''") +
           user("3", "c@x.org", "api_key", "''") + user("4", "d@x.org") + user("5", "e@x.org"),
       {"Name of 2", "Name of 3"},
       2,
       "2 user(s) have the API key of another"},
      {"user-without-sign-in",
       note,
       v0_9_5,
       "0.12.4",
       "0.12.0",
       user("1", "a@x.org") + user("2", "b@x.org") + "INSERT INTO auth VALUES ('1', 'a@x.org', '', 1);",
       user("1", "a@x.org") + "INSERT INTO auth VALUES ('1', 'a@x.org', '', 1);",
       {"Name of 2"},
       1,
       "1 user(s) have no row"},
      {"user-encoded-twice",
       note,
       v0_9_5,
       "0.11.1",
       "0.11.0",
       user("1", "a@x.org", "oauth", "'\"{\\\"google\\\": 1}\"'") + user("2", "b@x.org", "settings", "' \"{}\"'") +
           user("3", "c@x.org", "info", "'\"{}\"'"),
       user("1", "a@x.org", "oauth", "'{\"google\": {\"sub\": \"{\"}}'") + user("2", "b@x.org", "settings", "'\"\"'") +
           user("3", "c@x.org"),
       {"Name of 1", "Name of 2", "Name of 3"},
       3,
       "of 3 user(s) as text within text"},
      {"group-member-repeated",
       note,
       v0_6_18,
       "0.6.37",
       "0.6.36",
       user("1", "a@x.org") + group("Team", "[\"1\", \"1\", \"1\"]"),
       user("1", "a@x.org") + group("Team", "[\"1\"]") + group("Other", "[\"1\"]") + group("Bad", "nothing"),
       {"Team"},
       1,
       "1 membership(s) stand more than once"},
      {"group-member-deleted",
       note,
       v0_6_18,
       "0.6.37",
       "0.6.36",
       user("1", "a@x.org") + group("Team", "[\"1\", \"gone\", \"gone\"]"),
       user("1", "a@x.org") + group("Team", "[\"1\"]") + group("Bad", "\"gone\""),
       {"Team: gone"},
       1,
       "1 membership(s) are those of users who are gone"},
      {"group-members-unreadable",
       warning,
       v0_6_18,
       "0.6.37",
       "0.6.36",
       group("Text", "no JSON") + group("Object", "{\"1\": 1}"),
       group("None", "null") + group("Empty", ""),
       {"Text", "Object"},
       2,
       "2 group(s) have a list of members that is no list"},
      {"channel-members-present",
       note,
       v0_6_18,
       "0.6.41",
       "0.6.40",
       "INSERT INTO channel_member (id, channel_id, user_id) VALUES ('m', 'c', 'u');",
       "",
       {"m"},
       1,
       "1 row(s) of channel_member"},
  };
}

std::vector<DataCase> cases_of_chats() {
  return {
      {"chat-unreadable",
       warning,
       v0_3_30,
       "0.3.33",
       "0.3.31",
       chat("good", "u", "{}") + chat("cut", "u", "{\"a\": ") + chat("none", "u", ""),
       chat("good", "u", "{\"a\": NaN}") + chat("null", "u", "null"),
       {"cut", "none"},
       2,
       "2 chat(s) hold text"},
      {"tag-shared",
       note,
       v0_3_30,
       "0.3.33",
       "0.3.31",
       tags("('1', 'My Work', 'u'), ('2', 'my_work', 'v')"),
       tags("('1', 'Work', 'u'), ('2', 'Home', 'v')"),
       {"My Work"},
       1,
       "1 tag(s) are used by more than one user"},
      {"tag-differs-by-case",
       note,
       v0_3_30,
       "0.3.33",
       "0.3.31",
       tags("('1', 'My Work', 'u'), ('2', 'my_work', 'u')"),
       tags("('1', 'Work', 'u'), ('2', 'work', 'v'), ('3', 'Works', 'u')"),
       {"My Work"},
       1,
       "1 tag(s) of one user are the same but for case"},
      {"share-without-chat",
       warning,
       v0_6_18,
       "0.9.0",
       "0.8.12",
       chat("copy", "shared-gone", "{}"),
       chat("original", "u", "{}") + chat("copy", "shared-original", "{}"),
       {"About copy"},
       1,
       "1 shared chat(s) are copies"},
      {"folder-dates",
       note,
       "c69f45358db4",
       "0.3.33",
       "",
       "INSERT INTO folder (id, user_id, name, is_expanded, created_at, updated_at) VALUES ('f', 'u', 'Papers', 0, "
       "'2024-10-10 10:00',"
       " '2024-10-10 10:00');",
       "INSERT INTO folder (id, user_id, name, is_expanded, created_at, updated_at) VALUES ('f', 'u', 'Papers', 0, "
       "1728554400, 1);",
       {"Papers"},
       1,
       "1 folder(s) hold dates as text"},
  };
}

std::vector<DataCase> cases_of_content() {
  return {
      {"knowledge-file-repeated",
       note,
       v0_6_18,
       "0.6.41",
       "0.6.40",
       knowledge("[\"f\", \"f\", \"g\"]"),
       knowledge("[\"f\", \"g\"]"),
       {"Manuals"},
       1,
       "1 file(s) stand more than once"},
      {"knowledge-file-missing",
       note,
       v0_6_18,
       "0.6.41",
       "0.6.40",
       knowledge("[\"f\", \"gone\"]"),
       knowledge("[\"f\", \"g\", null]"),
       {"Manuals: gone"},
       1,
       "1 file(s) in the lists"},
      {"document-without-collection",
       blocks,
       v0_3_30,
       "0.3.31",
       "0.3.30",
       documents("(1, NULL, 'Paper', 't', 'f', 'u', 1)"),
       documents("(1, 'c', 'Paper', 't', 'f', 'u', 1)"),
       {"Paper"},
       1,
       "1 document(s) have no collection"},
      {"document-collection-repeated",
       warning,
       v0_3_30,
       "0.3.31",
       "0.3.30",
       documents("(1, 'c', 'Paper', 't', 'f', 'u', 1), (2, 'c', 'Book', 't', 'f', 'u', 1)"),
       documents("(1, 'c', 'Paper', 't', 'f', 'u', 1), (2, 'd', 'Book', 't', 'f', 'u', 1)"),
       {"Book"},
       1,
       "1 document(s) have the collection of another"},
      {"prompt-incomplete",
       note,
       v0_6_18,
       "0.8.0",
       "0.7.2",
       prompt("NULL"),
       prompt("''"),
       {"/ask"},
       1,
       "1 prompt(s) have no owner, title, content or date"},
      {"config-rows-older",
       note,
       v0_9_5,
       "0.10.0",
       "0.9.6",
       configs("(1, '{}', 0), (2, '{}', 0), (5, '{}', 0)"),
       configs("(5, '{}', 0)"),
       {"row 2", "row 1"},
       2,
       "2 older row(s) of the table config"},
  };
}

std::vector<DataCase> cases_of_schema() {
  const std::string loose_tools = loosen("tool") +
                                  "INSERT INTO tool (id, user_id, name, content, specs, meta, created_at, updated_at) "
                                  "VALUES ";
  return {
      {"repeated-key",
       blocks,
       v0_6_18,
       "0.9.6",
       "0.9.5",
       loosen("auth") + "INSERT INTO auth VALUES ('1', 'a', '', 1), ('1', 'b', '', 1);" + loosen("tag") +
           tags("('a', 'A', 'u'), ('a', 'B', 'u')") +
           documents("(7, 'c', 'n', 't', 'f', 'u', 1), (7, 'd', 'n', 't', 'f', 'u', 1)"),
       loosen("auth") + "INSERT INTO auth VALUES ('1', 'a', '', 1), (NULL, 'b', '', 1), (NULL, 'c', '', 1);" +
           loosen("tag") + tags("('a', 'A', 'u'), ('a', 'A', 'v')") + documents("(7, 'c', 'n', 't', 'f', 'u', 1)"),
       {"auth: 1", "document: 1", "tag: 1"},
       3,
       "3 id(s) stand on more than one row"},
      {"row-without-id",
       warning,
       v0_6_18,
       "0.12.4",
       "0.6.18",
       loose_tools + "(NULL, 'u', 'n', 'c', '[]', '{}', 1, 1), (NULL, 'u', 'm', 'c', '[]', '{}', 1, 1);" +
           "CREATE TABLE mine (id TEXT); INSERT INTO mine VALUES (NULL);",
       loose_tools + "('t', 'u', 'n', 'c', '[]', '{}', 1, 1);",
       {"tool: 2"},
       2,
       "2 row(s) have no id"},
      {"tables-of-others",
       note,
       v0_6_18,
       "0.12.4",
       "0.6.18",
       "CREATE TABLE mine (a); CREATE TABLE yours (b);",
       "CREATE TABLE IF NOT EXISTS document (id);",
       {"mine", "yours"},
       2,
       "2 table(s) were not made by this release"},
      {"triggers-kept",
       note,
       v0_6_18,
       "0.12.4",
       "0.6.18",
       "CREATE TRIGGER log AFTER DELETE ON auth BEGIN SELECT 1; END; CREATE VIEW names AS SELECT name FROM \"user\";",
       "CREATE INDEX mine ON auth (email);",
       {"log on auth", "view names"},
       2,
       "2 object(s) in the database"},
  };
}

}  // namespace

std::span<const DataCase> data_cases() {
  static const std::vector<DataCase> cases = [] {
    std::vector<DataCase> all;
    for (auto&& some : {cases_of_users(), cases_of_chats(), cases_of_content(), cases_of_schema()})
      all.insert(all.end(), some.begin(), some.end());
    return all;
  }();
  return cases;
}

}  // namespace liftlock::hazard
