#include <fmt/core.h>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/json.hpp"
#include "migration/openwebui/peewee/modelfile.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

Json member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? Json() : *found;
}

/// The `meta` of the model that a modelfile becomes.
Json model_meta(const Json& modelfile) {
  Json user = member(modelfile, "user");
  if (!user.is_object()) user = Json::object();
  user["community"] = true;
  Json meta = Json::object();
  meta["description"] = member(modelfile, "desc");
  meta["profile_image_url"] = member(modelfile, "imageUrl");
  meta["ollama"] = Json::object();
  meta["ollama"]["modelfile"] = member(modelfile, "content");
  meta["suggestion_prompts"] = member(modelfile, "suggestionPrompts");
  meta["categories"] = member(modelfile, "categories");
  meta["user"] = std::move(user);
  return meta;
}

class ModelWriter {
 public:
  explicit ModelWriter(Operations& op)
      : op_(op),
        models_(op.insert_into(
            "model", {"id", "user_id", "base_model_id", "name", "meta", "params", "created_at", "updated_at"}, {})) {}

  void write(const ResultRow& row) {
    const std::string tag_name = row.text(0);
    const std::optional<Json> modelfile = load_json(row[2].bytes());
    if (!modelfile || !modelfile->is_object()) {
      keep_aside(tag_name, row[2].bytes(), "This text is not a JSON object, so no model can be made of it.");
      return;
    }
    const Json content = member(*modelfile, "content");
    const Modelfile parsed = content.is_string() ? parse_modelfile(content.get_ref<const std::string&>()) : Modelfile{};
    const std::string id = "ollama-" + tag_name;
    const std::string name = name_of(*modelfile, tag_name);
    const std::string meta = dump_json(model_meta(*modelfile));
    const std::string params = dump_json(parsed.params);
    const Value base = parsed.base_model_id ? Value::text(*parsed.base_model_id) : Value::null();
    if (!models_.insert_new({Value::text(id), row[1], base, Value::text(name), Value::text(meta), Value::text(params),
                             row[3], row[3]})) {
      keep_aside(tag_name, row[2].bytes(), fmt::format("There is a model {} already.", id));
    }
  }

 private:
  /// A model must have a name; the official migration stops at a modelfile without a title.
  std::string name_of(const Json& modelfile, const std::string& tag_name) {
    const Json title = member(modelfile, "title");
    if (title.is_string()) return title.get<std::string>();
    op_.note("modelfile", "modelfile-without-title", "{} modelfile(s) had no title and are named after their tag.");
    return tag_name;
  }

  void keep_aside(std::string_view tag_name, std::string_view modelfile, std::string reason) {
    op_.quarantine("modelfile", tag_name, "modelfile", modelfile, std::move(reason));
    op_.note("modelfile", "unusable-modelfile",
             "{} modelfile(s) could not become models; they are kept in quarantine.jsonl.");
  }

  Operations& op_;
  Inserter& models_;
};

void upgrade(Operations& op) {
  if (!op.has_table("modelfile")) return;
  ModelWriter writer(op);
  op.read({"modelfile"}, "SELECT tag_name, user_id, modelfile, timestamp FROM modelfile ORDER BY id",
          [&](const ResultRow& row) { writer.write(row); });
  op.drop_table("modelfile");
}

}  // namespace

const Revision& peewee_010() {
  static const Revision revision{
      .id = "010_migrate_modelfiles_to_models",
      .down_revision = "009_add_models",
      .message = "migrate modelfiles to models",
      .create_date = "",
      .summary = "Modelfiles become models.",
      .upgrade = upgrade,
      .effects = {{.kind = Effect::Kind::drops_table,
                   .table = "modelfile",
                   .column = "",
                   .condition = "",
                   .why = "the modelfiles are models"},
                  {.kind = Effect::Kind::adds_rows,
                   .table = "model",
                   .column = "",
                   .condition = "",
                   .why = "each modelfile becomes a model"}},
      .proofs = {{.id = "modelfiles",
                  .title = "modelfiles that became models",
                  .before = "SELECT count(*) FROM modelfile WHERE json_valid(modelfile) AND "
                            "json_type(modelfile) = 'object'",
                  .after = "SELECT count(*) FROM model WHERE id LIKE 'ollama-%'"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui
