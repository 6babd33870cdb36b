#include "cli/commands/versions.hpp"

#include <fmt/core.h>

#include <limits>
#include <ranges>

#include "change/change.hpp"
#include "change/instance_status.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/installation.hpp"
#include "cli/context.hpp"
#include "cli/render/error.hpp"
#include "cli/render/text.hpp"
#include "cli/render/versions.hpp"
#include "cli/usage.hpp"
#include "deployment/configuration.hpp"
#include "registry/offers.hpp"
#include "release/catalogue.hpp"

namespace liftlock::cli {

namespace {

constexpr std::string_view official = "ghcr.io/open-webui/open-webui";
constexpr std::int64_t newest = 20;

std::string names() {
  std::string text = "latest\n";
  for (const release::Release& release : release::releases() | std::views::reverse) {
    if (!release.version.is_development()) text += release::to_string(release.version) + "\n";
  }
  return text;
}

/// What is asked of the registry, and what is known of the deployment.
struct Inquiry {
  registry::OfferQuestion question;
  VersionList list;
  std::vector<registry::LocalImage> local;
};

/// The images of an engine, if there is one: nobody asked for it, so that there may be none.
std::vector<registry::LocalImage> images_at_hand() {
  const auto engine = deployment::container_engine();
  if (!engine || *engine == nullptr) return {};
  return (*engine)->images().value_or(std::vector<registry::LocalImage>{});
}

Result<Inquiry> ask_about_container(deployment::Platform& platform, const std::string& name) {
  const deployment::Instance instance = TRY(platform.inspect(name));
  Inquiry inquiry;
  const registry::Reference image = TRY(deployment::image_reference(instance));
  inquiry.question.repository = image;
  inquiry.question.variant = registry::read_tag(image.tag).variant;
  inquiry.question.in_use.tag = image.tag;
  const std::string program = change::program_version(platform, instance).value_or("");
  inquiry.question.in_use.version = release::Version::parse(program);
  for (const std::string& written : instance.image_digests) {
    const auto read = registry::parse_reference(written);
    if (read && repository_of(*read) == repository_of(image)) inquiry.question.in_use.digests.push_back(read->digest);
  }
  inquiry.list.deployment = instance.address;
  inquiry.list.image = instance.image;
  inquiry.local = TRY(platform.images());
  if (const auto state = change::state_at_hand(platform, instance)) {
    inquiry.list.now = migration::Head{state->peewee_migrations, state->revision};
  } else if (const auto* release = release::find(program)) {
    inquiry.list.now = release->head;
  }
  return inquiry;
}

Result<Inquiry> ask_about_directory(const deployment::Deployment& deployment) {
  const auto status = TRY(change::status(deployment));
  Inquiry inquiry;
  inquiry.question.repository = TRY(registry::parse_reference(official));
  inquiry.list.deployment = deployment.address;
  inquiry.list.now = migration::Head{status.state.peewee_migrations, status.state.revision};
  return inquiry;
}

Result<Inquiry> ask_about_deployment(const std::string& address) {
  const Installation found = TRY(find_installation(address));
  return found.directory ? ask_about_directory(*found.directory) : ask_about_container(*found.platform, found.instance);
}

Result<Inquiry> ask_about(const Arguments& arguments) {
  if (const auto address = arguments.text("DEPLOYMENT")) return ask_about_deployment(*address);
  Inquiry inquiry;
  const registry::Reference image =
      TRY(registry::parse_reference(arguments.text("--image").value_or(std::string(official))));
  inquiry.question.repository = image;
  inquiry.question.variant = registry::read_tag(image.tag).variant;
  inquiry.local = images_at_hand();
  return inquiry;
}

registry::Offers from_catalogue(std::size_t limit) {
  registry::Offers offers;
  for (const release::Release& release : release::releases() | std::views::reverse) {
    if (offers.releases.size() == limit) break;
    registry::Offer offer{.tag = {}, .digest = {}, .version = release.version, .created = {}, .deployed = false};
    offer.tag.kind = registry::Tag::Kind::release;
    offer.tag.version = release.version;
    offers.releases.push_back(std::move(offer));
  }
  offers.older = release::releases().size() - offers.releases.size();
  return offers;
}

/// What this program was made with also answers where nobody else does, and nothing in particular was asked for.
Result<void> fill_in(Inquiry& inquiry, bool anything_will_do) {
  auto offers = registry::list_offers(inquiry.question, registry::remote_repositories(), inquiry.local);
  if (offers) {
    inquiry.list.source = offers->registry_error ? "engine" : "registry";
    inquiry.list.offers = *std::move(offers);
    return {};
  }
  if (!anything_will_do || offers.error().kind == ErrorKind::cancelled) return std::unexpected(offers.error());
  inquiry.list.source = "catalogue";
  inquiry.list.offers = from_catalogue(inquiry.question.limit);
  inquiry.list.offers.registry_error = std::move(offers).error();
  return {};
}

void put_wishes(Inquiry& inquiry, const deployment::Configuration& configuration, std::size_t limit,
                bool every_variant) {
  inquiry.question.limit = limit;
  inquiry.question.every_variant = every_variant;
  inquiry.list.repository = inquiry.question.repository;
  if (!every_variant) inquiry.list.variant = inquiry.question.variant;
  inquiry.list.pin = configuration.of(inquiry.list.deployment).pin;
}

std::string catalogue_table(const registry::Offers& offers, const Style& style) {
  TextTable rows(
      {{style.dim("version")}, {style.dim("revision")}, {style.dim("Peewee migrations"), TextTable::Align::right}});
  for (const registry::Offer& offer : offers.releases) {
    const release::Release& release = *release::find(*offer.version);
    rows.add({release::to_string(release.version), release.head.revision.empty() ? "-" : release.head.revision,
              std::to_string(release.head.peewee_migrations)});
  }
  return rows.render();
}

void say_why(Context& context, const Error& error, std::string_view instead) {
  context.say(fmt::format("The registry was not heeded. {}\n", instead) + render_error(error, context.talk_style()) +
              "\n");
}

Result<void> find_one(Context& context, const Inquiry& inquiry, const std::string& wanted) {
  const registry::Wish wish{.current = inquiry.question.repository, .wanted = wanted, .pin = inquiry.list.pin};
  const auto resolved = TRY(registry::resolve(wish, registry::remote_repositories(), inquiry.local));
  if (context.json()) {
    context.answer_json(resolved_json(resolved));
    return {};
  }
  if (resolved.registry_error) say_why(context, *resolved.registry_error, "This image is the container engine's.");
  context.answer(render_resolved(resolved, context.style()));
  return {};
}

void present(Context& context, const VersionList& list) {
  if (context.json()) {
    context.answer_json(versions_json(list));
    return;
  }
  if (list.offers.registry_error) {
    const std::string_view instead = list.source == "engine" ? "These are the images that the container engine has."
                                                             : "These are the releases that Liftlock knows.";
    say_why(context, *list.offers.registry_error, instead);
  }
  context.answer(list.source == "catalogue" ? catalogue_table(list.offers, context.style())
                                            : render_versions(list, context.style()));
  if (list.offers.older > 0)
    context.say(fmt::format("… and {} older ones (--limit N lists more)\n", list.offers.older));
}

Result<void> run(Context& context, const Arguments& arguments) {
  if (arguments.flag("--names")) {
    context.answer(names());
    return {};
  }
  const auto limit = static_cast<std::size_t>(TRY(arguments.number("--limit", 1)).value_or(newest));
  const bool asked_for = arguments.text("DEPLOYMENT") || arguments.text("--image");
  if (arguments.text("DEPLOYMENT") && arguments.text("--image"))
    return usage_error("option-invalid", "--image is for where there is no DEPLOYMENT", "liftlock versions --help");
  if (arguments.flag("--known")) {
    if (asked_for || arguments.text("--find"))
      return usage_error("option-invalid", "--known asks about nothing", "liftlock versions --known");
    VersionList list;
    list.source = "catalogue";
    list.offers = from_catalogue(arguments.flag("--all") ? std::numeric_limits<std::size_t>::max() : limit);
    present(context, list);
    return {};
  }
  const deployment::Configuration configuration = TRY(deployment::read_configuration(context.globals().config));
  Inquiry inquiry = TRY(ask_about(arguments));
  put_wishes(inquiry, configuration, limit, arguments.flag("--all"));
  if (const auto wanted = arguments.text("--find")) return find_one(context, inquiry, *wanted);
  TRY(fill_in(inquiry, !arguments.text("--image") && inquiry.list.image.empty()));
  present(context, inquiry.list);
  return {};
}

}  // namespace

Result<VersionList> versions_for(const Context& context, const std::string& address, std::size_t limit) {
  const deployment::Configuration configuration = TRY(deployment::read_configuration(context.globals().config));
  Inquiry inquiry = TRY(ask_about_deployment(address));
  put_wishes(inquiry, configuration, limit, false);
  TRY(fill_in(inquiry, true));
  return std::move(inquiry.list);
}

const Command& versions_command() {
  static const Command command{
      .name = "versions",
      .group = "Look",
      .summary = "List the versions that can be deployed",
      .description =
          "What the registry has, newest first: latest, main and dev with what they are now, then the releases, each "
          "with the revision that it brings a database to, as far as Liftlock knows it. Of a container: the tags of "
          "its image's repository and variant (-cuda, -ollama, -slim), which one is deployed, whether the database "
          "would be migrated, and what the configuration's pin does not allow. Otherwise: those of the official "
          "image.\n\n"
          "The registry is shown the credentials that docker login has kept, and its helpers. Where it does not "
          "answer, the images that the container engine has are listed, and that is said.",
      .arguments = {{.name = "DEPLOYMENT",
                     .help = "docker:NAME (a container), dir:DATA_DIR (its releases are those of the official image), "
                             "or a bare name or path where only one of them fits.",
                     .completes = Completes::deployment,
                     .required = false}},
      .options = {{"--all", "", "", "Every variant, not only the deployed one. With --known: every release."},
                  {"--limit", "", "N", "At most so many releases (default: 20)."},
                  {"--image", "", "REFERENCE", "Of this image's repository and variant, instead of a deployment's."},
                  {"--find", "", "VERSION",
                   "Only what this release, tag or image comes to: which image would be deployed.", Completes::version},
                  {"--known", "", "", "The releases that Liftlock itself knows. No network is used."},
                  {"--names", "", "", "Only what can stand for VERSION, a line each. No network is used."}},
      .examples = {{"liftlock versions docker:open-webui", "What this container could be changed to."},
                   {"liftlock versions docker:open-webui --find latest", "Which release latest is now."},
                   {"liftlock versions", "What the official image offers."},
                   {"liftlock versions --image localhost:5000/open-webui:main-cuda --json",
                    "Of a registry of one's own, for a program."}},
      .exit_statuses = {{0, "They were listed, be it only from this machine."},
                        {1, "The registry does not say, and nothing of this image is on this machine."},
                        {2, "There is no such deployment, or the registry has no such repository."},
                        {3, "There is no such tag, or the configuration's pin does not allow it (--find)."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli
