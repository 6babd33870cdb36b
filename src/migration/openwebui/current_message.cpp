#include "migration/openwebui/current_message.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace liftlock::migration::openwebui {

struct CurrentMessageStep::Chat {
  std::string_view id;
  std::string prefix;  ///< what the ids in chat_message have before the message's own id
  const ChatDocument* document = nullptr;
  std::vector<std::string_view> candidates;
};

namespace {

std::string_view without(std::string_view prefix, std::string_view id) {
  return id.starts_with(prefix) ? id.substr(prefix.size()) : id;
}

std::vector<std::string_view> candidates_of(std::string_view current, const ChatDocument& document,
                                            std::string_view prefix) {
  std::vector<std::string_view> candidates;
  for (const std::string_view id :
       {current, document.history_current_id, document.current_id, document.branch_point_message_id}) {
    const std::string_view bare = without(prefix, id);
    if (!bare.empty() && std::ranges::find(candidates, bare) == candidates.end()) candidates.push_back(bare);
  }
  return candidates;
}

/// The first candidate that is a node, else the latest leaf.
std::string_view choose_among(std::span<const TreeNode> nodes, std::span<const std::string_view> candidates) {
  for (const std::string_view candidate : candidates) {
    if (std::ranges::find(nodes, candidate, &TreeNode::id) != nodes.end()) return candidate;
  }
  return latest_leaf(nodes);
}

}  // namespace

std::string_view latest_leaf(std::span<const TreeNode> nodes) {
  std::vector<const TreeNode*> tree;
  std::unordered_map<std::string_view, std::size_t> places;
  for (const TreeNode& node : nodes) {
    const auto [place, is_new] = places.emplace(node.id, tree.size());
    if (is_new)
      tree.push_back(&node);
    else
      tree[place->second] = &node;
  }
  std::unordered_set<std::string_view> parents;
  for (const TreeNode* node : tree) {
    if (node->parent_id && places.contains(*node->parent_id)) parents.insert(*node->parent_id);
  }
  const bool has_leaf = parents.size() < tree.size();
  const TreeNode* latest = nullptr;
  for (const TreeNode* node : tree) {
    if (has_leaf && parents.contains(node->id)) continue;
    if (latest == nullptr || node->created_at > latest->created_at) latest = node;
  }
  return latest == nullptr ? std::string_view() : latest->id;
}

void CurrentMessageStep::apply(Row& row) {
  const Value id = row.get("id");
  if (id.is_null()) return;
  const std::string_view current = row.text("current_message_id");
  Chat chat{id.bytes(), std::string(id.bytes()) + "-", &document(row), {}};
  chat.candidates = candidates_of(current, *chat.document, chat.prefix);
  const std::string_view chosen = choose(row, chat);
  if (!chosen.empty() && chosen != current) row.set("current_message_id", Value::text(chosen));
}

const ChatDocument& CurrentMessageStep::document(Row& row) {
  const std::any& attached = row.attachment(chat_document_attachment);
  const auto* shared = std::any_cast<const ChatDocument*>(&attached);
  // A chat that is a JSON string with an object in it counts as empty here.
  const std::string_view text = row.text("chat");
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || text[first] != '{') return reader_.read({}, ChatReader::Parts::outline);
  return shared != nullptr && *shared != nullptr ? **shared : reader_.read(text, ChatReader::Parts::outline);
}

std::string_view CurrentMessageStep::choose(Row& row, const Chat& chat) {
  const std::any& attached = row.attachment(written_messages_attachment);
  const auto* written = std::any_cast<const std::vector<WrittenMessage>*>(&attached);
  std::vector<TreeNode> nodes;
  if (written != nullptr && *written != nullptr) {
    for (const WrittenMessage& message : **written) {
      auto parent = message.parent_id;
      if (parent) parent = without(chat.prefix, *parent);
      nodes.push_back({message.id, parent, static_cast<double>(message.created_at)});
    }
    std::erase_if(nodes, [](const TreeNode& node) { return node.id.empty(); });
    if (!nodes.empty()) return choose_among(nodes, chat.candidates);
  } else if (has_messages_) {
    const std::string_view stored = choose_stored(chat);
    if (!stored.empty()) return stored;
  }
  for (const ChatNode& node : chat.document->nodes) nodes.push_back({node.id, node.parent_id, node.timestamp});
  return choose_among(nodes, chat.candidates);
}

void CurrentMessageStep::prepare_lookups() {
  if (is_message_ != nullptr) return;
  is_message_ = op_.lookup("chat_message", "id", "SELECT 1 FROM {table} WHERE id = ? AND chat_id = ?");
  messages_of_ = op_.lookup("chat_message", "chat_id",
                            "SELECT id, parent_id, created_at FROM {table} WHERE chat_id = ? ORDER BY rowid");
}

std::string_view CurrentMessageStep::choose_stored(const Chat& chat) {
  prepare_lookups();
  for (const std::string_view candidate : chat.candidates) {
    const std::string id = chat.prefix + std::string(candidate);
    if (is_message_->exists({Value::text(id), Value::text(chat.id)})) return candidate;
  }
  texts_.clear();
  std::vector<TreeNode> nodes;
  messages_of_->find({Value::text(chat.id)}, [&](const ResultRow& message) {
    const std::string_view id = without(chat.prefix, message[0].bytes());
    if (id.empty()) return;
    TreeNode node{texts_.emplace_back(id), std::nullopt, message[2].as_real()};
    if (!message[1].is_null()) node.parent_id = texts_.emplace_back(without(chat.prefix, message[1].bytes()));
    nodes.push_back(node);
  });
  return latest_leaf(nodes);
}

}  // namespace liftlock::migration::openwebui
