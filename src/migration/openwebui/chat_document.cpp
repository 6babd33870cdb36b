#include "migration/openwebui/chat_document.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <limits>
#include <unordered_map>
#include <utility>

#include "migration/openwebui/json.hpp"

namespace liftlock::migration::openwebui {

namespace {

using database::Value;
namespace dom = simdjson::dom;

constexpr std::size_t memory_worth_giving_back = 4U << 20U;

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

/// Whether one of the eight bytes at `text` needs an escape.
bool eight_need_escape(const char* text) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, text, sizeof bytes);
  const std::uint64_t quote = bytes ^ (ones * '"');
  const std::uint64_t backslash = bytes ^ (ones * '\\');
  return ((((bytes - ones * 0x20) & ~bytes) | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash)) &
          (ones * 0x80)) != 0;
}

std::size_t find_escape(std::string_view text, std::size_t at) {
  while (at + 8 <= text.size() && !eight_need_escape(text.data() + at)) at += 8;
  while (at < text.size() && !needs_escape(text[at])) ++at;
  return at;
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  std::size_t begin = 0;
  for (std::size_t at = find_escape(text, 0); at < text.size(); at = find_escape(text, begin)) {
    out.append(text, begin, at - begin);
    begin = at + 1;
    switch (text[at]) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(text[at]));
    }
  }
  out.append(text, begin);
  out += '"';
}

void append_real(std::string& out, double number) {
  const std::size_t begin = out.size();
  fmt::format_to(std::back_inserter(out), "{}", number);
  if (out.find_first_of(".e", begin) == std::string::npos) out += ".0";
}

/// Python's strings may hold lone surrogates, which load_json() keeps as three bytes that are not UTF-8.
bool is_unicode(std::string_view text) {
  for (std::size_t at = text.find('\xED'); at != std::string_view::npos; at = text.find('\xED', at + 1)) {
    if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xA0) return false;
  }
  return true;
}

/// simdjson's element and nlohmann's value under one set of names. Missing values are nullopt.
class FastValue {
 public:
  explicit FastValue(dom::element element) : element_(element) {}
  static constexpr bool may_hold_surrogates = false;

  [[nodiscard]] bool is_object() const { return element_.is_object(); }
  [[nodiscard]] bool is_list() const { return element_.is_array(); }
  [[nodiscard]] bool is_null() const { return element_.is_null(); }
  [[nodiscard]] std::optional<std::string_view> text() const {
    std::string_view view;
    if (element_.get_string().get(view) != simdjson::SUCCESS) return std::nullopt;
    return view;
  }
  template <class Use>
  void each_field(Use use) const {
    dom::object object;
    if (element_.get_object().get(object) != simdjson::SUCCESS) return;
    for (const auto field : object) use(field.key, FastValue(field.value));
  }
  template <class Use>
  void each_item(Use use) const {
    dom::array array;
    if (element_.get_array().get(array) != simdjson::SUCCESS) return;
    for (const auto item : array) use(FastValue(item));
  }
  [[nodiscard]] bool is_empty() const {
    bool empty = true;
    each_field([&](auto, auto) { empty = false; });
    each_item([&](auto) { empty = false; });
    return empty;
  }
  [[nodiscard]] bool is_boolean() const { return element_.is_bool(); }
  /// The number, or true and false as 1 and 0; NULL where it is none of these or beyond 64 bits.
  [[nodiscard]] Value number() const {
    switch (element_.type()) {
      case dom::element_type::INT64:
        return Value::integer(std::int64_t(element_));
      case dom::element_type::DOUBLE:
        return Value::real(double(element_));
      case dom::element_type::BOOL:
        return Value::integer(bool(element_) ? 1 : 0);
      default:
        return {};
    }
  }
  [[nodiscard]] std::optional<double> real() const {
    double number = 0;
    if (element_.get_double().get(number) != simdjson::SUCCESS) return std::nullopt;
    return number;
  }
  void append_to(std::string& out) const {
    switch (element_.type()) {
      case dom::element_type::STRING:
        append_quoted(out, *text());
        return;
      case dom::element_type::DOUBLE:
        append_real(out, double(element_));
        return;
      case dom::element_type::OBJECT:
        append_object(out);
        return;
      case dom::element_type::ARRAY:
        append_list(out);
        return;
      default:
        out += simdjson::to_string(element_);
    }
  }

 private:
  void append_object(std::string& out) const {
    char before = '{';
    each_field([&](std::string_view key, FastValue value) {
      out += std::exchange(before, ',');
      append_quoted(out, key);
      out += ':';
      value.append_to(out);
    });
    out += before == '{' ? "{}" : "}";
  }
  void append_list(std::string& out) const {
    char before = '[';
    each_item([&](FastValue value) {
      out += std::exchange(before, ',');
      value.append_to(out);
    });
    out += before == '[' ? "[]" : "]";
  }

  dom::element element_;
};

class PythonValue {
 public:
  explicit PythonValue(const Json& json) : json_(&json) {}
  static constexpr bool may_hold_surrogates = true;

  [[nodiscard]] bool is_object() const { return json_->is_object(); }
  [[nodiscard]] bool is_list() const { return json_->is_array(); }
  [[nodiscard]] bool is_null() const { return json_->is_null(); }
  [[nodiscard]] bool is_empty() const { return json_->empty(); }
  [[nodiscard]] std::optional<std::string_view> text() const {
    if (!json_->is_string()) return std::nullopt;
    return json_->get_ref<const std::string&>();
  }
  template <class Use>
  void each_field(Use use) const {
    if (!json_->is_object()) return;
    for (const auto& [key, value] : json_->items()) use(std::string_view(key), PythonValue(value));
  }
  template <class Use>
  void each_item(Use use) const {
    if (!json_->is_array()) return;
    for (const auto& value : *json_) use(PythonValue(value));
  }
  [[nodiscard]] bool is_boolean() const { return json_->is_boolean(); }
  [[nodiscard]] Value number() const {
    if (json_->is_boolean()) return Value::integer(json_->get<bool>() ? 1 : 0);
    if (json_->is_number_unsigned()) {
      const auto number = json_->get<std::uint64_t>();
      if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return {};
      return Value::integer(static_cast<std::int64_t>(number));
    }
    if (json_->is_number_integer()) return Value::integer(json_->get<std::int64_t>());
    if (json_->is_number_float()) return Value::real(json_->get<double>());
    return {};
  }
  [[nodiscard]] std::optional<double> real() const {
    if (!json_->is_number()) return std::nullopt;
    return json_->get<double>();
  }
  void append_to(std::string& out) const { out += dump_json(*json_); }

 private:
  const Json* json_;
};

template <class V>
ChatScalar scalar(const V& json) {
  ChatScalar result;
  result.is_there = true;
  if (json.is_null()) return result;
  if (const auto text = json.text()) {
    result.is_true = !text->empty();
    result.fits = !V::may_hold_surrogates || is_unicode(*text);
    if (result.fits) result.value = Value::text(*text);
    return result;
  }
  result.is_boolean = json.is_boolean();
  result.value = json.number();
  result.fits = !result.value.is_null();
  const bool container = json.is_object() || json.is_list();
  result.is_true = container ? !json.is_empty() : !result.fits || result.value.as_real() != 0;
  return result;
}

/// Keeps of each repeated key the last value at the first one's place, as a Python dict does.
template <class Item>
class Distinct {
 public:
  explicit Distinct(std::vector<Item>& items) : items_(items) { items_.clear(); }
  void put(std::string_view key, Item item) {
    const auto [place, is_new] = places_.try_emplace(key, items_.size());
    if (is_new) {
      items_.push_back(std::move(item));
    } else {
      items_[place->second] = std::move(item);
    }
  }

 private:
  std::vector<Item>& items_;
  std::unordered_map<std::string_view, std::size_t> places_;
};

template <class V>
std::optional<V> field(const V& object, std::string_view name) {
  std::optional<V> found;
  object.each_field([&](std::string_view key, const V& value) {
    if (key == name) found = value;
  });
  return found;
}

template <class V>
std::string_view text_field(const V& object, std::string_view name) {
  const auto found = field(object, name);
  return found ? found->text().value_or(std::string_view{}) : std::string_view{};
}

/// Fills a ChatDocument from the root of a chat, with either kind of value.
template <class V>
class Extraction {
 public:
  Extraction(ChatDocument& document, ChatReader::Parts parts) : document_(document), parts_(parts) {}

  void run(const V& root) {
    document_.kind = kind_of(root);
    if (document_.kind != ChatDocument::Kind::object) return;
    document_.current_id = text_field(root, "currentId");
    document_.branch_point_message_id = text_field(root, "branchPointMessageId");
    if (const auto history = field(root, "history")) {
      document_.history_current_id = text_field(*history, "currentId");
      if (const auto messages = field(*history, "messages")) read_messages(*messages);
    }
    if (!document_.nodes.empty()) return;
    if (const auto list = field(root, "messages")) read_list(*list);
  }

 private:
  static ChatDocument::Kind kind_of(const V& root) {
    if (root.is_object()) return root.is_empty() ? ChatDocument::Kind::nothing : ChatDocument::Kind::object;
    return scalar(root).is_true ? ChatDocument::Kind::other : ChatDocument::Kind::nothing;
  }

  void read_messages(const V& messages) {
    struct Entry {
      std::string_view id;
      std::optional<V> value;
    };
    std::vector<Entry> entries;
    Distinct<Entry> distinct(entries);
    messages.each_field([&](std::string_view id, const V& value) { distinct.put(id, Entry{id, value}); });
    for (const Entry& entry : entries) {
      if (entry.value->is_object()) document_.messages.push_back(message(entry.id, *entry.value));
      document_.nodes.push_back(node(entry.id, *entry.value));
    }
  }

  void read_list(const V& list) {
    Distinct<ChatNode> distinct(document_.nodes);
    list.each_item([&](const V& value) {
      const std::string_view id = text_field(value, "id");
      if (!id.empty()) distinct.put(id, node(id, value));
    });
  }

  static ChatNode node(std::string_view id, const V& value) {
    ChatNode result{id, std::nullopt, 0};
    value.each_field([&](std::string_view key, const V& item) {
      if (key == "parentId") result.parent_id = item.text();
      if (key == "timestamp") result.timestamp = item.real().value_or(0);
    });
    return result;
  }

  ChatMessage message(std::string_view id, const V& value) {
    ChatMessage result;
    result.id = id;
    result.id_fits = !V::may_hold_surrogates || is_unicode(id);
    value.each_field([&](std::string_view key, const V& item) {
      if (ChatScalar* place = scalar_named(result, key)) {
        *place = scalar(item);
      } else if (parts_ == ChatReader::Parts::messages) {
        if (JsonPiece* piece = piece_named(result, key)) *piece = make_piece(item);
      }
    });
    return result;
  }

  static ChatScalar* scalar_named(ChatMessage& m, std::string_view key) {
    if (key == "role") return &m.role;
    if (key == "parentId") return &m.parent_id;
    if (key == "model") return &m.model;
    if (key == "done") return &m.done;
    if (key == "timestamp") return &m.timestamp;
    return nullptr;
  }

  static JsonPiece* piece_named(ChatMessage& m, std::string_view key) {
    if (key == "content") return &m.content;
    if (key == "output") return &m.output;
    if (key == "files") return &m.files;
    if (key == "sources") return &m.sources;
    if (key == "embeds") return &m.embeds;
    if (key == "statusHistory") return &m.status_history;
    if (key == "error") return &m.error;
    if (key == "usage") return &m.usage;
    return nullptr;
  }

  JsonPiece make_piece(const V& value) {
    if (value.is_null()) return {};
    const std::size_t begin = document_.json.size();
    value.append_to(document_.json);
    return {begin, document_.json.size() - begin};
  }

  ChatDocument& document_;
  ChatReader::Parts parts_;
};

}  // namespace

struct ChatReader::State {
  dom::parser parser;
  Json python;
  std::string inner;  ///< a JSON string's content, while it is read as JSON
  ChatDocument document;

  void start(std::size_t size) {
    const std::size_t kept = std::max({parser.capacity(), document.json.capacity(), inner.capacity()});
    if (kept > memory_worth_giving_back && size < memory_worth_giving_back) {
      parser = dom::parser();
      std::string().swap(document.json);  // an assignment would keep the memory
      std::string().swap(inner);
    }
    python = nullptr;
    document.kind = ChatDocument::Kind::nothing;
    document.messages.clear();
    document.nodes.clear();
    document.json.clear();
    document.history_current_id = document.current_id = document.branch_point_message_id = {};
  }

  void read(std::string_view chat, Parts parts, bool may_be_wrapped) {
    dom::element root;
    // An empty view may have no address, which simdjson would copy from.
    if (!chat.empty() && parser.parse(chat.data(), chat.size()).get(root) == simdjson::SUCCESS) {
      use(FastValue(root), parts, may_be_wrapped);
      return;
    }
    auto loaded = load_json(chat);
    if (!loaded) {
      document.kind = ChatDocument::Kind::unreadable;
      return;
    }
    python = *std::move(loaded);
    use(PythonValue(python), parts, may_be_wrapped);
  }

  template <class V>
  void use(const V& root, Parts parts, bool may_be_wrapped) {
    const auto text = root.text();
    if (!text || text->empty() || !may_be_wrapped) {
      Extraction<V>(document, parts).run(root);
      return;
    }
    inner = *text;
    read(inner, parts, false);
  }
};

ChatReader::ChatReader() : state_(std::make_unique<State>()) {}
ChatReader::~ChatReader() = default;

const ChatDocument& ChatReader::read(std::string_view chat, Parts parts) {
  state_->start(chat.size());
  state_->read(chat, parts, true);
  return state_->document;
}

}  // namespace liftlock::migration::openwebui
