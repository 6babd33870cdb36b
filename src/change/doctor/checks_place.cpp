// Where its things are.

#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "base/format.hpp"
#include "change/doctor/checks.hpp"
#include "change/doctor/texts.hpp"
#include "change/plan_costs.hpp"
#include "change/snapshots.hpp"
#include "change/swap.hpp"

namespace liftlock::change::doctor {

namespace fs = std::filesystem;

namespace {

/// Engines give a volume that nobody named 64 hexadecimal digits.
bool is_anonymous(const deployment::Mount& mount) {
  return mount.kind == "volume" && mount.name.size() == 64 &&
         std::ranges::all_of(mount.name, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

std::string bytes(std::int64_t count) { return format_bytes(static_cast<std::uint64_t>(count)); }

}  // namespace

Result<Findings> check_mounts(const Patient& patient) {
  if (!patient.status) return Findings{};
  const deployment::Instance& instance = patient.status->instance;
  const fs::path& folder = instance.settings.data_directory;
  hazard::Blanks blanks = {{"folder", folder.string()}, {"name", instance.name}};
  const deployment::Mount* mount = deployment::mount_of(instance, folder);
  if (mount == nullptr) return Findings{wrong("data-in-container", blanks)};
  if (is_anonymous(*mount)) return Findings{wrong("data-on-anonymous-volume", blanks)};
  const std::string& what = mount->name.empty() ? mount->source.string() : mount->name;
  blanks.emplace_back("where", mount->kind + " " + what);
  return Findings{fine("data-in-container", blanks)};
}

Result<Findings> check_secret_key(const Patient& patient) {
  if (!patient.status) {
    const bool found = patient.deployment && patient.deployment->secret_file;
    const hazard::Blanks blanks = {{"file", found ? patient.deployment->secret_file->string() : ""}};
    return Findings{found ? fine("secret-key-elsewhere", blanks) : wrong("secret-key-elsewhere")};
  }
  using Key = InstanceStatus::SecretKey;
  const hazard::Blanks blanks = {{"file", patient.status->instance.settings.secret_file.string()},
                                 {"address", patient.address}};
  if (patient.status->secret_key == Key::none) return Findings{};
  return Findings{patient.status->secret_key == Key::in_layer ? wrong("secret-key-in-container", blanks)
                                                              : fine("secret-key-in-container", blanks)};
}

Result<Findings> check_fitness(const Patient& patient) {
  if (!patient.unfit || patient.unfit->id == "data-in-container") return Findings{};  // check_mounts has said so
  return Findings{wrong("cannot-be-changed", {{"what", patient.unfit->what}, {"next", patient.unfit->next}})};
}

Result<Findings> check_writable(const Patient& patient) {
  if (!patient.deployment) return Findings{};
  for (const fs::path& path : {patient.deployment->data_directory, patient.deployment->database}) {
    if (!path.empty() && ::access(path.c_str(), W_OK) != 0)
      return Findings{wrong("data-not-writable", {{"what", path.string()}})};
  }
  return Findings{fine("data-not-writable")};
}

Result<Findings> check_space(const Patient& patient) {
  if (!patient.deployment || !patient.state || !patient.database) return Findings{};
  auto connection = TRY(open_to_look(*patient.database));
  CostQuestion question{
      &*patient.deployment, TRY(source_of(*patient.deployment, *patient.state, patient.releases)), Direction::up, {}};
  const Costs costs = TRY(estimate_costs(question, connection));
  const auto judge = [&](const fs::path& folder, std::int64_t needed, std::int64_t free) {
    const hazard::Blanks blanks = {
        {"needed", bytes(needed)}, {"free", bytes(free)}, {"folder", folder.string()}, {"address", patient.address}};
    return free < needed ? wrong("disk-space", blanks) : fine("disk-space", blanks);
  };
  Findings findings = {judge(patient.database->parent_path(), costs.disk_bytes, costs.disk_free_bytes)};
  if (costs.snapshot_bytes > 0)
    findings.push_back(judge(patient.deployment->state_folder, costs.snapshot_bytes, costs.snapshot_free_bytes));
  return findings;
}

}  // namespace liftlock::change::doctor
