#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "migration/script/script.hpp"

namespace liftlock::migration::script {

/// Reads a revision file: the docstring, and what the module assigns to revision, down_revision, branch_labels and
/// depends_on. `path` is where it came from: its last part is the legacy name of a file without `revision`.
///
/// Only literals are read: texts (also several in a row), None, tuples and lists of texts, with or without an
/// annotation. Anything else that gives one of these names a value is an error, "script-unreadable", that names file
/// and line; what else the module does is not looked at, so a file with an error elsewhere is read all the same.
/// The text must be UTF-8, as Python's default is.
[[nodiscard]] Result<Script> read_script(std::string_view path, std::string_view text);

}  // namespace liftlock::migration::script
