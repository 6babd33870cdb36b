#include "migration/script/new_revision.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "migration/script/lookup.hpp"
#include "migration/script/names.hpp"
#include "migration/script/python_source.hpp"
#include "migration/script/read_script.hpp"
#include "migration/script/template.hpp"
#include "migration/script/wheel.hpp"

namespace liftlock::migration::script {

namespace {

using Kind = PythonValue::Kind;

Result<void> check_id(const std::string& id) {
  if (const std::string illegal = illegal_characters(id); !illegal.empty()) {
    return bad_name("graph-broken",
                    fmt::format("Character(s) '{}' not allowed in revision identifier '{}'", illegal, id));
  }
  return {};
}

/// The revisions that the new one revises.
Result<Places> parents_of(const RevisionMap& map, const NewRevision& wanted) {
  Places parents;
  for (const std::string& name : wanted.heads) {
    const auto found = revisions_named(map, End::name(name));
    if (!found && found.error().id == "several-heads") {
      return bad_name("several-heads",
                      "Multiple heads are present; please specify the head revision on which the new revision should "
                      "be based, or perform a merge.");
    }
    const Places more = TRY(found);
    parents.insert(parents.end(), more.begin(), more.end());
  }
  Places once;
  add_missing(once, parents);
  if (once.size() != parents.size()) return bad_name("heads-repeated", "Duplicate head revisions specified");
  for (const std::size_t place : parents) {
    if (wanted.splice || map[place].is_head()) continue;
    return bad_name("not-a-head", fmt::format("Revision {} is not a head revision; please specify --splice to create a "
                                              "new branch from this revision",
                                              map[place].script.revision));
  }
  return parents;
}

/// Labels stay as they are written; of ids, the start is enough.
Result<std::vector<std::string>> dependencies_of(const RevisionMap& map, const NewRevision& wanted) {
  std::vector<std::string> ids;
  for (const std::string& name : wanted.depends_on) {
    const Spot spot = TRY(Names(map).one(name));
    if (!spot.is_revision()) return bad_name("revision-unknown", fmt::format("{} is no revision", name));
    const Node& node = map[spot.place];
    const bool label = std::ranges::find(node.labels, name) != node.labels.end();
    ids.push_back(label ? name : node.script.revision);
  }
  return ids;
}

/// Where Alembic warns, when the file is there already.
Result<void> check_free(const RevisionMap& map, const NewRevision& wanted) {
  if (const auto there = map.find(wanted.id)) {
    const std::string& revision = map[*there].script.revision;
    if (revision == wanted.id) {
      return bad_name("revision-exists", fmt::format("Revision {} is present more than once", wanted.id));
    }
    return bad_name("graph-broken",
                    fmt::format("Branch name '{0}' in revision {1} already used by revision {0}", wanted.id, revision));
  }
  if (!wanted.branch_label) return {};
  const auto user = map.find(*wanted.branch_label);
  if (!user && *wanted.branch_label != wanted.id) return {};
  return bad_name("graph-broken",
                  fmt::format("Branch name '{}' in revision {} already used by revision {}", *wanted.branch_label,
                              wanted.id, user ? map[*user].script.revision : wanted.id));
}

TemplateValues values_of(const NewRevision& wanted, std::vector<std::string> down, std::vector<std::string> depends,
                         const LocalTime& now) {
  TemplateValues values;
  values["message"] = PythonValue::text(wanted.message.value_or("empty message"));
  values["up_revision"] = PythonValue::text(wanted.id);
  values["down_revision"] = PythonValue::scalar_of(std::move(down), Kind::tuple);
  values["branch_labels"] =
      wanted.branch_label ? PythonValue{Kind::tuple, {*wanted.branch_label}} : PythonValue::none();
  values["depends_on"] = PythonValue::scalar_of(std::move(depends), Kind::list);
  values["create_date"] = PythonValue::text(now.text());
  for (const char* name : {"imports", "upgrades", "downgrades"}) values[name] = {};
  if (wanted.body) {
    values["imports"] = PythonValue::text(wanted.body->imports);
    values["upgrades"] = PythonValue::text(wanted.body->upgrade);
    values["downgrades"] = PythonValue::text(wanted.body->downgrade);
  }
  return values;
}

/// The tokens of a module without what its texts hold.
Result<std::vector<std::string>> skeleton_of(const std::string& module) {
  std::vector<std::string> words;
  PythonLines lines(module);
  PythonLine line;
  while (TRY(lines.next(line))) {
    words.push_back(fmt::format("{}", line.indent));
    for (const PythonToken& token : line.tokens) {
      words.emplace_back(token.kind == PythonToken::Kind::text ? "\"\"" : token.source);
    }
  }
  return words;
}

std::unexpected<Error> unwritable(std::string_view what) {
  return failure("revision-unwritable", "Making the revision", fmt::format("the file would be no revision: {}", what));
}

/// Message and id are put into the module as they are: what closes the text that they stand in would become program.
Result<void> check_texts(const ScriptFolder& folder, TemplateValues values, const std::string& text) {
  values["message"] = values["up_revision"] = PythonValue::text("text");
  const std::string harmless = TRY(render_template(folder.template_text, values));
  const auto with_message = skeleton_of(text);
  const auto without = skeleton_of(harmless);
  if (!with_message) return unwritable(with_message.error().what);
  if (!without || *with_message != *without) return unwritable("the message or the id does not stay within its text");
  return {};
}

Result<Script> read_again(const NewRevision& wanted, const std::filesystem::path& path, const std::string& text,
                          const std::vector<std::string>& down, const std::vector<std::string>& depends) {
  auto script = read_script(path.native(), text);
  if (!script) return unwritable(script.error().what);
  if (script->revision != wanted.id || script->down_revisions != down) {
    return unwritable("the template does not give the ids of the revision and of those that it revises");
  }
  if (wanted.branch_label && script->branch_labels.empty()) {
    return unwritable(
        fmt::format("Version {} specified branch_labels {}, however the migration file {} does not have "
                    "them; have you upgraded your script.py.mako to include the 'branch_labels' section?",
                    wanted.id, *wanted.branch_label, path.string()));
  }
  if (script->depends_on != depends) return unwritable("the template does not give what the revision depends on");
  return script;
}

}  // namespace

Result<RevisionFile> new_revision(const RevisionMap& map, const ScriptFolder& folder, const NewRevision& wanted,
                                  const LocalTime& now) {
  TRY(check_id(wanted.id));
  const Places parents = TRY(parents_of(map, wanted));
  const std::vector<std::string> depends = TRY(dependencies_of(map, wanted));
  TRY(check_free(map, wanted));
  std::vector<std::string> down;
  for (const std::size_t place : parents) down.push_back(map[place].script.revision);
  const std::string name =
      TRY(file_name(folder.file_template, wanted.id, slug_of(wanted.message.value_or(""), folder.slug_length), now));
  if (!is_script_name(name)) return unwritable(fmt::format("Alembic would not load {}", name));
  const TemplateValues values = values_of(wanted, down, depends, now);
  auto text = render_template(folder.template_text, values);
  if (!text) {
    text.error().doing = fmt::format("Filling in {}", folder.template_file.string());
    text.error().next = "Make the revision with `alembic revision`, or name the template otherwise meanwhile.";
    return std::unexpected(std::move(text).error());
  }
  TRY(check_texts(folder, values, *text));
  RevisionFile file{folder.versions / name, *std::move(text), {}};
  file.script = TRY(read_again(wanted, file.path, file.text, down, depends));
  return file;
}

}  // namespace liftlock::migration::script
