/// Database URLs: whatever is understood as a file can be written as a URL of that file again.
#include "database/url.hpp"

#include "target.hpp"

void fuzz(std::string_view input) {
  const auto url = liftlock::database::parse_url(input);
  if (!url) {
    require(!url.error().what.empty(), "an error says what is wrong");
    return;
  }
  if (url->dialect != "sqlite" || url->file.empty()) return;
  const auto again = liftlock::database::parse_url(liftlock::database::sqlite_url(url->file));
  require(again.has_value(), "the URL of a file is a URL");
  require(again->file == url->file, "the URL of a file names that file");
}
