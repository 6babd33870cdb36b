// Knowledge, prompts and settings.

#include "hazard/checks/all.hpp"
#include "hazard/query_check.hpp"

namespace liftlock::hazard {

namespace {

class RepeatedFiles final : public QueryCheck {
 public:
  RepeatedFiles()
      : QueryCheck(
            "knowledge-file-repeated",
            {"3e0e00844bb0",
             {{"knowledge", "data"}, {"knowledge", "name"}},
             "SELECT coalesce(k.name, k.id, '?') FROM knowledge AS k, json_each(CASE WHEN json_valid(k.data) THEN "
             "k.data ELSE '{}' END, '$.file_ids') AS f GROUP BY k.rowid, f.value HAVING count(*) > 1"}) {}
};

class MissingFiles final : public QueryCheck {
 public:
  MissingFiles()
      : QueryCheck(
            "knowledge-file-missing",
            {"3e0e00844bb0",
             {{"knowledge", "data"}, {"knowledge", "name"}, {"file", "id"}},
             "SELECT coalesce(k.name, k.id, '?') || ': ' || f.value FROM knowledge AS k, json_each(CASE WHEN "
             "json_valid(k.data) THEN k.data ELSE '{}' END, '$.file_ids') AS f WHERE f.type = 'text' AND f.value "
             "NOT IN (SELECT id FROM file WHERE id IS NOT NULL)"}) {}
};

class DocumentsWithoutCollection final : public QueryCheck {
 public:
  DocumentsWithoutCollection()
      : QueryCheck("document-without-collection",
                   {"6a39f3d8e55c",
                    {{"document", "collection_name"}, {"document", "name"}, {"document", "id"}},
                    "SELECT coalesce(name, id, '?') FROM document WHERE collection_name IS NULL"}) {}
};

class RepeatedCollections final : public QueryCheck {
 public:
  RepeatedCollections()
      : QueryCheck("document-collection-repeated",
                   {"6a39f3d8e55c",
                    {{"document", "collection_name"}, {"document", "name"}, {"document", "id"}},
                    "SELECT coalesce(name, id, '?') FROM document AS d WHERE EXISTS (SELECT 1 FROM document AS e WHERE "
                    "e.collection_name = d.collection_name AND e.rowid < d.rowid)"}) {}
};

class IncompletePrompts final : public QueryCheck {
 public:
  IncompletePrompts()
      : QueryCheck("prompt-incomplete",
                   {"374d2f66af06",
                    {{"prompt", "title"}, {"prompt", "timestamp"}, {"prompt", "user_id"}},
                    "SELECT coalesce(command, '?') FROM prompt WHERE user_id IS NULL OR title IS NULL OR content IS "
                    "NULL OR timestamp IS NULL"}) {}
};

class OlderSettings final : public QueryCheck {
 public:
  OlderSettings()
      : QueryCheck("config-rows-older",
                   {"3ff2c63645b8",
                    {{"config", "id"}, {"config", "data"}},
                    "SELECT 'row ' || id FROM config WHERE id < (SELECT max(id) FROM config) ORDER BY id DESC"}) {}
};

}  // namespace

void add_content_checks(CheckList& list) {
  add<RepeatedFiles>(list);
  add<MissingFiles>(list);
  add<DocumentsWithoutCollection>(list);
  add<RepeatedCollections>(list);
  add<IncompletePrompts>(list);
  add<OlderSettings>(list);
}

}  // namespace liftlock::hazard
