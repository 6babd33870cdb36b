#pragma once

#include <vector>

#include "hazard/check.hpp"

/// One function a file of checks: appends them to the list, in the order of their texts.
namespace liftlock::hazard {

using CheckList = std::vector<const Check*>;

void add_state_checks(CheckList& list);
void add_release_checks(CheckList& list);
void add_place_checks(CheckList& list);
void add_user_checks(CheckList& list);
void add_chat_checks(CheckList& list);
void add_content_checks(CheckList& list);
void add_schema_checks(CheckList& list);

/// Appends the only instance of a check class.
template <class T>
void add(CheckList& list) {
  static const T instance;
  list.push_back(&instance);
}

}  // namespace liftlock::hazard
