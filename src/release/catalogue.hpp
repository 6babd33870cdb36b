#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "migration/state.hpp"
#include "release/version.hpp"

/// The releases of Open WebUI that this program was made with, and where each leaves a database.
namespace liftlock::release {

struct Release {
  Version version;
  /// Migrations that the release ships with; releases from 0.9.6 on ship no Peewee migrations (0).
  migration::Head head;
};

/// All of them, oldest first.
[[nodiscard]] std::span<const Release> releases();

[[nodiscard]] const Release& latest();

/// nullptr for a version that was not published, or later than this program.
[[nodiscard]] const Release* find(const Version& version);
/// The same from what somebody typed: "0.12.4", "v0.12.4", or "latest".
[[nodiscard]] const Release* find(std::string_view text);

/// The releases that leave a database in exactly this state, oldest first; empty for a state between two releases.
[[nodiscard]] std::vector<const Release*> releases_of(const migration::DatabaseState& state);
/// The releases whose Alembic head is `revision`, oldest first.
[[nodiscard]] std::vector<const Release*> releases_with_head(std::string_view revision);

/// Whether a database must be migrated up (1) or down (-1) to come from one head to the other, or neither (0); nullopt
/// where a revision is not known.
[[nodiscard]] std::optional<int> direction(const migration::Head& from, const migration::Head& to);

/// For people: "0.12.1 … 0.12.4", "0.6.43", "between 0.8.12 and 0.9.0" for a revision that no release ends with;
/// empty where nothing can be said (no database, an unknown revision). Development releases are named only where there
/// is no other.
[[nodiscard]] std::string describe_origin(const migration::DatabaseState& state);

/// The nearest release after (or before) `version`, which need not exist itself; nullptr where there is none.
/// Development releases are passed over.
[[nodiscard]] const Release* next_after(const Version& version);
[[nodiscard]] const Release* last_before(const Version& version);

/// What somebody who typed `typed` may have meant: at most `limit` versions, likeliest first; never empty.
[[nodiscard]] std::vector<std::string> near_matches(std::string_view typed, std::size_t limit = 3);

}  // namespace liftlock::release
