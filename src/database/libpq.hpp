#pragma once

#include <libpq-fe.h>

#include <string>

#include "base/error.hpp"

namespace liftlock::database::postgres {

/// Every function that is used.
// clang-format off
#define LIFTLOCK_LIBPQ_FUNCTIONS(each) \
  each(PQclear) each(PQcmdTuples) each(PQconnectdbParams) each(PQerrorMessage) \
  each(PQexec) each(PQexecParams) each(PQexecPrepared) each(PQfinish) \
  each(PQfreemem) each(PQftype) each(PQgetCopyData) each(PQgetResult) each(PQgetisnull) each(PQgetlength) \
  each(PQgetvalue) each(PQnfields) each(PQntuples) each(PQprepare) \
  each(PQputCopyData) each(PQputCopyEnd) each(PQresultErrorField) each(PQresultStatus) \
  each(PQserverVersion) each(PQsetNoticeReceiver) each(PQstatus)
// clang-format on

/// libpq: its functions by the names and with the types that libpq-fe.h declares.
struct Libpq {
#define LIFTLOCK_MEMBER(name) decltype(&::name) name = nullptr;
  LIFTLOCK_LIBPQ_FUNCTIONS(LIFTLOCK_MEMBER)
#undef LIFTLOCK_MEMBER
};

/// Loads a libpq by the name of its file; it stays loaded to the end of the program. Error: "libpq-missing".
[[nodiscard]] Result<Libpq> load_libpq(const std::string& file);

/// The system's libpq, loaded when first asked for: linked to the program, it and the twenty libraries that it brings
/// would double the time that every command takes to start.
[[nodiscard]] const Result<Libpq>& system_libpq();

}  // namespace liftlock::database::postgres
