// Chats, their tags, folders and shares.

#include <system_error>

#include "hazard/checks/all.hpp"
#include "hazard/query_check.hpp"
#include "migration/openwebui/json.hpp"

namespace liftlock::hazard {

namespace {

/// Chats of more than this are read once, in the rehearsal, not in the plan, too.
constexpr std::uintmax_t most_bytes_to_read = 64'000'000;

bool is_large(const Situation& situation) {
  std::error_code code;
  const auto size = std::filesystem::file_size(situation.database_file, code);
  return !code && size > most_bytes_to_read;
}

bool reads_chats(const Situation& situation) {
  return situation.way == Way::up && situation.crosses("242a2047eae0") && situation.has_column("chat", "chat") &&
         situation.has_column("chat", "id");
}

class UnreadableChats final : public Check {
 public:
  UnreadableChats() : Check("chat-unreadable") {}
  bool applies(const Situation& situation) const override { return reads_chats(situation) && !is_large(situation); }
  Result<Findings> run(const Situation& situation) const override {
    constexpr std::size_t most_examples = 5;
    std::int64_t count = 0;
    std::vector<std::string> examples;
    auto statement = TRY(situation.database->prepare("SELECT id, chat FROM chat WHERE chat IS NOT NULL"));
    while (TRY(statement.step())) {
      if (migration::openwebui::is_json(statement.column(1).bytes())) continue;
      ++count;
      if (examples.size() < most_examples) examples.push_back(statement.text(0));
    }
    if (count == 0) return Findings{};
    return Findings{finding(situation, count, std::move(examples))};
  }
};

class UncountedChats final : public Check {
 public:
  UncountedChats() : Check("chat-not-read-yet") {}
  bool applies(const Situation& situation) const override { return reads_chats(situation) && is_large(situation); }
  Result<Findings> run(const Situation& situation) const override { return Findings{finding(situation)}; }
};

class SharedTags final : public QueryCheck {
 public:
  SharedTags()
      : QueryCheck(
            "tag-shared",
            {"1af9b942657b",
             {{"tag", "name"}, {"tag", "user_id"}},
             "SELECT min(name) FROM tag GROUP BY lower(replace(name, ' ', '_')) HAVING count(DISTINCT user_id) > 1"}) {}
};

class EqualTags final : public QueryCheck {
 public:
  EqualTags()
      : QueryCheck("tag-differs-by-case",
                   {"1af9b942657b",
                    {{"tag", "name"}, {"tag", "user_id"}},
                    "SELECT min(name) FROM tag WHERE name IS NOT NULL GROUP BY user_id, lower(replace(name, ' ', '_')) "
                    "HAVING count(*) > 1"}) {}
};

class SharesWithoutChat final : public QueryCheck {
 public:
  SharesWithoutChat()
      : QueryCheck("share-without-chat",
                   {"c1d2e3f4a5b6",
                    {{"chat", "user_id"}, {"chat", "title"}},
                    "SELECT coalesce(title, id) FROM chat WHERE user_id LIKE 'shared-%' AND substr(user_id, 8) NOT IN "
                    "(SELECT id FROM chat WHERE id IS NOT NULL)"}) {}
};

class FolderDates final : public QueryCheck {
 public:
  FolderDates()
      : QueryCheck("folder-dates", {"4ace53fd72c8",
                                    {{"folder", "created_at"}, {"folder", "name"}},
                                    "SELECT coalesce(name, id) FROM folder WHERE typeof(created_at) = 'text'"}) {}
};

}  // namespace

void add_chat_checks(CheckList& list) {
  add<UnreadableChats>(list);
  add<UncountedChats>(list);
  add<SharedTags>(list);
  add<EqualTags>(list);
  add<SharesWithoutChat>(list);
  add<FolderDates>(list);
}

}  // namespace liftlock::hazard
