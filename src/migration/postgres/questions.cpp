#include "migration/postgres/questions.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace liftlock::migration::postgres {

namespace {

constexpr std::array<std::string_view, 5> json_functions{"json_valid", "json_type", "json_extract", "json_array_length",
                                                         "json_each"};

// `$kind` is text or json. JSON on the server may hold \u0000, which nothing that reads it can stand.
constexpr std::string_view functions_sql = R"sql(
CREATE FUNCTION pg_temp.json_valid(document $kind) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT AS $body$
BEGIN
  PERFORM document::json;
  RETURN true;
EXCEPTION WHEN OTHERS THEN
  RETURN false;
END $body$;
CREATE FUNCTION pg_temp.json_part(document $kind, path text) RETURNS json LANGUAGE plpgsql IMMUTABLE STRICT AS $body$
DECLARE
  steps text[] := string_to_array(substr(path, 3), '.');
BEGIN
  RETURN document::json #> steps;
EXCEPTION WHEN untranslatable_character THEN
  RETURN regexp_replace(document::text, '(?<!\\)((?:\\\\)*)\\u0000', '\1\\ufffd', 'g')::json #> steps;
END $body$;
CREATE FUNCTION pg_temp.json_type(document $kind, path text DEFAULT '$') RETURNS text LANGUAGE sql IMMUTABLE STRICT AS
$body$
  SELECT CASE json_typeof(part) WHEN 'string' THEN 'text' WHEN 'boolean' THEN part::text
    WHEN 'number' THEN CASE WHEN part::text ~ '[.eE]' THEN 'real' ELSE 'integer' END ELSE json_typeof(part) END
  FROM (SELECT pg_temp.json_part(document, path)) AS parts (part)
$body$;
CREATE FUNCTION pg_temp.json_extract(document $kind, path text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS
$body$ SELECT pg_temp.json_part(document, path) #>> '{}' $body$;
CREATE FUNCTION pg_temp.json_array_length(document $kind, path text DEFAULT '$') RETURNS bigint LANGUAGE sql IMMUTABLE
STRICT AS $body$
  SELECT CASE WHEN json_typeof(part) = 'array' THEN json_array_length(part) WHEN part IS NOT NULL THEN 0 END::bigint
  FROM (SELECT pg_temp.json_part(document, path)) AS parts (part)
$body$;
CREATE FUNCTION pg_temp.json_each(document $kind, path text DEFAULT '$')
RETURNS TABLE ("key" text, value text, type text) LANGUAGE plpgsql IMMUTABLE STRICT ROWS 20 AS $body$
DECLARE
  part json := pg_temp.json_part(document, path);
BEGIN
  IF json_typeof(part) = 'object' THEN
    RETURN QUERY SELECT e.k, CASE json_typeof(e.v) WHEN 'string' THEN e.v #>> '{}' ELSE e.v::text END,
      CASE json_typeof(e.v) WHEN 'string' THEN 'text' ELSE json_typeof(e.v) END FROM json_each(part) AS e (k, v);
  ELSIF json_typeof(part) = 'array' THEN
    RETURN QUERY SELECT (e.n - 1)::text, CASE json_typeof(e.v) WHEN 'string' THEN e.v #>> '{}' ELSE e.v::text END,
      CASE json_typeof(e.v) WHEN 'string' THEN 'text' ELSE json_typeof(e.v) END
      FROM json_array_elements(part) WITH ORDINALITY AS e (v, n);
  END IF;
END $body$;
)sql";

std::string for_kind(std::string_view kind) {
  constexpr std::string_view place = "$kind";
  std::string sql(functions_sql);
  for (auto at = sql.find(place); at != std::string::npos; at = sql.find(place, at)) {
    sql.replace(at, place.size(), kind);
  }
  return sql;
}

bool is_of_a_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

}  // namespace

Result<void> make_json_functions(database::postgres::Connection& connection) {
  return connection.execute(for_kind("text") + for_kind("json"));
}

Result<void> drop_json_functions(database::postgres::Connection& connection) {
  std::string sql;
  for (const char* kind : {"text", "json"}) {
    sql += fmt::format(
        "DROP FUNCTION pg_temp.json_valid({0}), pg_temp.json_part({0}, text), pg_temp.json_type({0}, text), "
        "pg_temp.json_extract({0}, text), pg_temp.json_array_length({0}, text), pg_temp.json_each({0}, text);",
        kind);
  }
  return connection.execute(sql);
}

std::string question(std::string_view sql) {
  const std::string translated = database::postgres::translate_sql(sql);
  std::string text;
  char quote = 0;
  for (std::size_t i = 0; i < translated.size();) {
    const char c = translated[i];
    if (quote != 0 || c == '\'' || c == '"') {
      quote = quote == 0 ? c : quote == c ? 0 : quote;
      text += c;
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < translated.size() && is_of_a_name(translated[end])) ++end;
    const std::string word = translated.substr(i, std::max<std::size_t>(end - i, 1));
    const bool is_called = end < translated.size() && translated[end] == '(';
    if (is_called && std::ranges::find(json_functions, word) != json_functions.end()) text += "pg_temp.";
    text += word;
    i += word.size();
  }
  return text;
}

bool names_what_is_missing(const Error& refusal) {
  return refusal.what.ends_with("(SQLSTATE 42P01)") || refusal.what.ends_with("(SQLSTATE 42703)");
}

std::string truth(std::string_view condition) {
  return fmt::format("coalesce(({})::boolean, false)", question(condition));
}

}  // namespace liftlock::migration::postgres
