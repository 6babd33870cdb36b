#include "deployment/docker/container.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "base/base64.hpp"
#include "base/clock.hpp"
#include "base/json.hpp"

namespace liftlock::deployment::docker {

namespace {

using json::at;
using json::Json;
using json::text_at;
using json::texts_at;

/// "ghcr.io/open-webui/open-webui:main" → "open-webui".
std::string last_part(std::string image) {
  image = image.substr(0, image.find('@'));
  const std::size_t slash = image.rfind('/');
  if (slash != std::string::npos) image.erase(0, slash + 1);
  return image.substr(0, image.find(':'));
}

std::vector<Mount> mounts_of(const Json& container) {
  std::vector<Mount> mounts;
  for (const Json& mount : at(container, {"Mounts"})) {
    mounts.push_back({.kind = text_at(mount, {"Type"}),
                      .name = text_at(mount, {"Name"}),
                      .source = text_at(mount, {"Source"}),
                      .destination = text_at(mount, {"Destination"})});
  }
  std::ranges::sort(mounts, {}, &Mount::destination);
  return mounts;
}

std::vector<std::string> ports_of(const Json& container) {
  std::vector<std::string> ports;
  const Json& published = at(container, {"NetworkSettings", "Ports"});
  if (!published.is_object()) return ports;
  for (const auto& [inside, bindings] : published.items()) {
    for (const Json& binding : bindings) {
      std::string host = text_at(binding, {"HostIp"});
      if (host.empty()) host = "0.0.0.0";
      if (host.find(':') != std::string::npos) host = "[" + host + "]";
      ports.push_back(fmt::format("{}:{} -> {}", host, text_at(binding, {"HostPort"}), inside));
    }
  }
  return ports;
}

/// Engines write the year 1 for what has not happened.
std::string time_or_nothing(std::string time) { return time.starts_with("0001-") ? std::string() : time; }

/// Without the fraction, in UTC as the program says times elsewhere, where it is in UTC.
std::string shortened(const std::string& time) {
  const bool fraction = time.ends_with('Z') && time.find('.') != std::string::npos;
  return fraction ? time.substr(0, time.find('.')) + "Z" : time;
}

/// RFC 3339 with up to nine digits of a second's fraction: nanoseconds since the epoch.
std::optional<std::int64_t> nanoseconds_of(const std::string& text) {
  std::tm time{};
  int consumed = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &time.tm_year, &time.tm_mon, &time.tm_mday, &time.tm_hour,
                  &time.tm_min, &time.tm_sec, &consumed) != 6)
    return std::nullopt;
  time.tm_year -= 1900;
  time.tm_mon -= 1;
  std::int64_t fraction = 0;
  auto at_character = static_cast<std::size_t>(consumed);
  if (at_character < text.size() && text[at_character] == '.') {
    std::int64_t unit = 100'000'000;
    for (++at_character; at_character < text.size() && text[at_character] >= '0' && text[at_character] <= '9';
         ++at_character, unit /= 10)
      fraction += (text[at_character] - '0') * unit;
  }
  int hours = 0;
  int minutes = 0;
  std::int64_t offset = 0;
  const bool zoned = at_character < text.size() && text[at_character] != 'Z';
  if (zoned && std::sscanf(text.c_str() + at_character + 1, "%2d:%2d", &hours, &minutes) == 2) {
    offset = (hours * 60 + minutes) * 60;
    if (text[at_character] == '-') offset = -offset;
  }
  return (static_cast<std::int64_t>(timegm(&time)) - offset) * 1'000'000'000 + fraction;
}

}  // namespace

std::string name_of(const Json& container) {
  std::string name = text_at(container, {"Name"});
  for (const std::string& listed : texts_at(container, {"Names"})) {
    // Links of other containers stand here, too, as "/other/alias".
    if (name.empty() && listed.rfind('/') == 0) name = listed;
  }
  if (name.starts_with('/')) name.erase(0, 1);
  return name;
}

bool looks_like_open_webui(const Json& listed) {
  if (text_at(listed, {"Labels", "org.opencontainers.image.title"}) == "open-webui") return true;
  if (last_part(text_at(listed, {"Image"})) == "open-webui") return true;
  return std::ranges::any_of(at(listed, {"Mounts"}),
                             [](const Json& mount) { return text_at(mount, {"Destination"}) == "/app/backend/data"; });
}

bool is_updater(const Json& listed) {
  const std::string image = last_part(text_at(listed, {"Image"}));
  return image == "watchtower" || image == "ouroboros" ||
         text_at(listed, {"Labels", "com.centurylinklabs.watchtower"}) == "true";
}

// https://containrrr.dev/watchtower/container-selection/
bool declines_updates(const Json& listed) {
  return text_at(listed, {"Labels", "com.centurylinklabs.watchtower.enable"}) == "false" ||
         text_at(listed, {"Labels", "com.centurylinklabs.watchtower.monitor-only"}) == "true";
}

Result<Instance> read_instance(const Json& container, const Json& image) {
  Instance instance;
  instance.driver = "docker";
  instance.name = name_of(container);
  instance.address = "docker:" + instance.name;
  instance.id = text_at(container, {"Id"});
  if (instance.name.empty() || instance.id.empty())
    return failure("engine-answer", "Reading what the engine says of a container", "It has no name or no id.");
  instance.image = text_at(container, {"Config", "Image"});
  instance.image_id = text_at(container, {"Image"});
  instance.image_digests = texts_at(image, {"RepoDigests"});
  const std::string label = text_at(container, {"Config", "Labels", "org.opencontainers.image.version"});
  if (!label.empty()) instance.labelled_version = label;
  instance.state = text_at(container, {"State", "Status"});
  instance.health = text_at(container, {"State", "Health", "Status"});
  if (instance.health == "none") instance.health.clear();
  instance.started = shortened(time_or_nothing(text_at(container, {"State", "StartedAt"})));
  instance.restarts = static_cast<int>(json::number_at(container, {"RestartCount"}));
  instance.restart_policy = text_at(container, {"HostConfig", "RestartPolicy", "Name"});
  instance.ports = ports_of(container);
  instance.mounts = mounts_of(container);
  std::string folder = text_at(container, {"Config", "WorkingDir"});
  if (folder.empty()) folder = "/";
  instance.settings = read_settings(environment_of(texts_at(container, {"Config", "Env"})), folder);
  return instance;
}

registry::LocalImage read_local_image(const Json& listed) {
  registry::LocalImage image{.id = text_at(listed, {"Id"}),
                             .tags = texts_at(listed, {"RepoTags"}),
                             .digests = texts_at(listed, {"RepoDigests"}),
                             .labelled_version = {},
                             .created = {}};
  // "<none>:<none>" stands for no name.
  std::erase_if(image.tags, [](const std::string& tag) { return tag.starts_with('<') || tag.ends_with('>'); });
  std::erase_if(image.digests, [](const std::string& digest) { return digest.starts_with('<'); });
  const std::string label = text_at(listed, {"Labels", "org.opencontainers.image.version"});
  if (!label.empty()) image.labelled_version = label;
  const Json& created = at(listed, {"Created"});
  if (created.is_number_integer() && created.get<std::int64_t>() > 0)
    image.created = iso_time(created.get<std::int64_t>());
  return image;
}

Result<InsideFile> read_path_stat(const std::string& header) {
  constexpr std::uint64_t not_regular = 0x8F280000;  // Go's fs.ModeType
  const Json stat = Json::parse(decode_base64(header).value_or(""), nullptr, false);
  const Json& size = at(stat, {"size"});
  const Json& mode = at(stat, {"mode"});
  const auto modified = nanoseconds_of(text_at(stat, {"mtime"}));
  if (!size.is_number_integer() || !mode.is_number_integer() || !modified) {
    return failure("engine-answer", "Reading what the engine says of a file in a container",
                   "It does not say what it is.");
  }
  return InsideFile{.size = size.get<std::int64_t>(),
                    .modified_nanoseconds = *modified,
                    .regular = (mode.get<std::uint64_t>() & not_regular) == 0};
}

}  // namespace liftlock::deployment::docker
