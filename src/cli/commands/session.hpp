#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "change/change.hpp"
#include "cli/context.hpp"
#include "deployment/deployment.hpp"

namespace liftlock::cli {

/// What the commands on a deployment share: the real clock and ids, and the story's questions put to the user.
class Session {
 public:
  explicit Session(Context& context);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] change::Context& story() { return story_; }
  [[nodiscard]] Clock& clock() { return clock_; }
  [[nodiscard]] IdSource& ids() { return ids_; }

  /// `error`, or where the story stopped because a question could not be put to anybody, the error that says so.
  [[nodiscard]] Error explained(Error error) const;

 private:
  [[nodiscard]] bool ask(const change::Question& question);

  Context& context_;
  SystemClock clock_;
  RandomIds ids_;
  std::optional<Error> unasked_;
  change::Context story_;
};

[[nodiscard]] Result<deployment::Deployment> find_deployment(std::string_view address);

/// What the configuration pins `deployment` to; empty: nothing. Errors: those of read_configuration().
[[nodiscard]] Result<std::string> pin_of(const Context& context, const deployment::Deployment& deployment);

/// The table entry of the argument DEPLOYMENT.
[[nodiscard]] Argument deployment_argument(bool required = true);
[[nodiscard]] Argument version_argument();
/// The table entry of --engine.
[[nodiscard]] Option engine_option();
/// The table entry of --timeout, which a program's start is waited for.
[[nodiscard]] Option timeout_option();
/// Takes what it says into the story. Errors: usage.
[[nodiscard]] Result<void> take_timeout(Session& session, const Arguments& arguments);
/// The table entry of `--no-trial`.
[[nodiscard]] Option no_trial_option();
/// The table entry of `--from-snapshot`.
[[nodiscard]] Option from_snapshot_option();

/// What DEPLOYMENT, VERSION, --engine, --from-snapshot and --no-trial ask for, with the plan shown to the user before
/// anything begins. Refers to `context`, which must outlive it. Errors: those of find_deployment().
[[nodiscard]] Result<change::Request> change_request(Context& context, const Arguments& arguments);

/// Presents what a story came to: the report as text or JSON, or the error.
[[nodiscard]] Result<void> present(Context& context, const Session& session, const Result<change::Report>& report);

}  // namespace liftlock::cli
