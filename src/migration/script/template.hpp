#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "migration/script/python_value.hpp"

/// Templates of revision files (script.py.mako).
namespace liftlock::migration::script {

/// What a template may name.
using TemplateValues = std::map<std::string, PythonValue, std::less<>>;

/// The template that Alembic puts into a new folder of scripts.
[[nodiscard]] std::string_view default_template();

/// Renders as much of Mako as Alembic's own templates use: text, `## comments`, joined lines, and ${…} of a name, a
/// text, str() or repr() of a name, one of two by `A if NAME else B`, with the filters comma, n, str and trim. Error:
/// "template-unsupported" for anything more (control lines, <% blocks, other expressions, other names), or for a value
/// that is not defined; it names the line and what stands there.
[[nodiscard]] Result<std::string> render_template(std::string_view text, const TemplateValues& values);

}  // namespace liftlock::migration::script
