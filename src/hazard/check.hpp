#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "hazard/finding.hpp"
#include "hazard/situation.hpp"
#include "hazard/texts.hpp"

namespace liftlock::hazard {

using Findings = std::vector<Finding>;
/// Names in braces that the texts of a check may hold, and what stands there: {"count", "3"}.
using Blanks = std::vector<std::pair<std::string, std::string>>;

/// A question about a change whose answer may be a hazard. Instances are constants; they never write.
class Check {
 public:
  /// `id` must be that of an entry in texts.cpp.
  explicit Check(std::string_view id);
  Check(const Check&) = delete;
  Check& operator=(const Check&) = delete;
  virtual ~Check() = default;

  [[nodiscard]] std::string_view id() const { return text_.id; }
  [[nodiscard]] const Text& text() const { return text_; }

  /// Whether the change is one that this hazard can befall; cheap.
  [[nodiscard]] virtual bool applies(const Situation& situation) const = 0;
  /// Asks the data. Only called where the check applies. Errors: those of database::Connection.
  [[nodiscard]] virtual Result<Findings> run(const Situation& situation) const = 0;

 protected:
  /// A finding with this check's texts; {address}, {target}, {count} are always known.
  [[nodiscard]] Finding finding(const Situation& situation, std::int64_t count = 0,
                                std::vector<std::string> examples = {}, Blanks blanks = {}) const;

 private:
  const Text& text_;
};

/// `text` with the blanks filled in; braces that name no blank are kept.
[[nodiscard]] std::string fill_in(std::string_view text, const Blanks& blanks);

}  // namespace liftlock::hazard
