#pragma once

#include <cstdint>
#include <string_view>

namespace liftlock::database {

/// One SQL value, as a view: text and blob bytes belong to whoever made the Value (a statement's current row, an
/// arena, a literal) and are valid only as long as that says. Text may hold any bytes, 0x00 and invalid UTF-8 included.
class Value {
 public:
  enum class Kind : std::uint8_t { null, integer, real, text, blob };

  Value() = default;  // NULL
  static Value null() { return {}; }
  static Value integer(std::int64_t number) {
    Value v;
    v.kind_ = Kind::integer;
    v.integer_ = number;
    return v;
  }
  static Value real(double number) {
    Value v;
    v.kind_ = Kind::real;
    v.real_ = number;
    return v;
  }
  static Value text(std::string_view bytes) {
    Value v;
    v.kind_ = Kind::text;
    v.bytes_ = bytes;
    return v;
  }
  static Value blob(std::string_view bytes) {
    Value v;
    v.kind_ = Kind::blob;
    v.bytes_ = bytes;
    return v;
  }

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is_null() const { return kind_ == Kind::null; }
  [[nodiscard]] bool is_text() const { return kind_ == Kind::text; }
  [[nodiscard]] bool is_integer() const { return kind_ == Kind::integer; }

  /// The integer; 0 for every other kind.
  [[nodiscard]] std::int64_t as_integer() const { return kind_ == Kind::integer ? integer_ : 0; }
  /// The number of an integer or real; 0 for every other kind.
  [[nodiscard]] double as_real() const { return kind_ == Kind::real ? real_ : static_cast<double>(as_integer()); }
  /// The bytes of a text or blob; empty for every other kind.
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

  friend bool operator==(const Value& a, const Value& b) {
    return a.kind_ == b.kind_ && a.integer_ == b.integer_ && a.real_ == b.real_ && a.bytes_ == b.bytes_;
  }

 private:
  std::string_view bytes_;
  std::int64_t integer_ = 0;
  double real_ = 0;
  Kind kind_ = Kind::null;
};

}  // namespace liftlock::database
