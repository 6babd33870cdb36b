#include "database/libpq.hpp"

#include <dlfcn.h>
#include <fmt/core.h>

namespace liftlock::database::postgres {

namespace {

std::unexpected<Error> missing(const std::string& what) {
  return failure("libpq-missing", "Loading libpq, the library that talks to PostgreSQL", what,
                 "Install it. On Debian and Ubuntu: apt install libpq5\n"
                 "On Fedora: dnf install libpq\n"
                 "On Alpine: apk add libpq");
}

std::string last_error() {
  const char* text = ::dlerror();
  return text != nullptr ? text : "the loader does not say why";
}

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

}  // namespace

Result<Libpq> load_libpq(const std::string& file) {
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return missing(last_error());
  Libpq found;
#define LIFTLOCK_FIND(name) \
  if (!find(library, #name, found.name)) return missing(last_error());
  LIFTLOCK_LIBPQ_FUNCTIONS(LIFTLOCK_FIND)
#undef LIFTLOCK_FIND
  return found;
}

const Result<Libpq>& system_libpq() {
  static const Result<Libpq> library = load_libpq("libpq.so.5");
  return library;
}

}  // namespace liftlock::database::postgres
