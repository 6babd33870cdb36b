#pragma once

namespace liftlock::database {

enum class Dialect { sqlite, postgresql };

}  // namespace liftlock::database
