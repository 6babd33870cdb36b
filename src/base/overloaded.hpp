#pragma once

namespace liftlock {

/// One function of several lambdas, for std::visit (https://en.cppreference.com/w/cpp/utility/variant/visit).
template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;  // for clang-tidy, whose clang does not deduce it

}  // namespace liftlock
