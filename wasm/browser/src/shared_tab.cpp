#include "wasmqtt/browser/shared_tab.hpp"

#include <map>
#include <utility>

#include "wasmqtt/browser/websocket_transport.hpp"
#include "wasmqtt/shared/local_link.hpp"

namespace wasmqtt {
namespace {

// A tab that stands still is not waited for longer than one notices.
constexpr std::chrono::seconds patience{1};

std::uint64_t random_id(BrowserLoop& loop) {
  std::uint64_t id = 0;
  while (id == 0) id = loop.random();
  return id;
}

}  // namespace

struct SharedTab::Lead {
  // `database`: none without a journal.
  Lead(const SharedTabOptions& options, SharedHubOptions shared, std::unique_ptr<IndexedDbStore> journal, std::uint64_t epoch)
      : database(std::move(journal)),
        hub(options.loop != nullptr ? *options.loop : loop, timers, options.transport != nullptr ? *options.transport : transport,
            options.mqtt, std::move(shared), database ? &database->fenced(epoch, share_name(options.mqtt)) : nullptr) {}

  struct Tab {
    Tab(TabGroup& group, TabGroup::Link link) : port(group, link) {}
    Port port;
    SharedHub::Link at_hub = 0;
  };

  std::unique_ptr<IndexedDbStore> database;
  BrowserLoop loop;
  BrowserLoop timers;
  WebSocketTransport transport;
  SharedHub hub;
  std::map<TabGroup::Link, Tab> tabs;
  std::optional<LocalLink> own;
};

SharedTab::SharedTab(SharedTabOptions options)
    : options_(std::move(options)),
      id_(random_id(loop_)),
      group_(share_name(options_.mqtt), id_, {.may_be_first = options_.may_be_first}),
      to_leader_(group_, TabGroup::leader),
      member_(loop_, {.id = id_, .mqtt = options_.mqtt, .silent_after = options_.silent_after, .key = options_.key}) {
  group_.on_unavailable = [this](std::string_view why) { be_alone(why); };
  group_.on_lead = [this](std::uint64_t epoch, const auto& living) { lead(epoch, living); };
  group_.on_deposed = [this] { drop_lead(); };
  group_.on_leader = [this](std::uint64_t epoch, bool worker) { follow(epoch, worker); };
  group_.on_joined = [this](TabGroup::Link link) { handle_joined(link); };
  group_.on_left = [this](TabGroup::Link link) { handle_left(link); };
  group_.on_frame = [this](TabGroup::Link from, Bytes frames) { handle_frame(from, frames); };
  member_.on_shared = [this](const SharedEvent& event) {
    if (const auto* silent = std::get_if<LeaderSilent>(&event)) group_.depose(silent->epoch);
    if (on_shared) on_shared(event);
  };
  page_.on_wake = page_.on_online = page_.on_offline = [this] { member_.wake(); };
  page_.on_leave = [this] { hand_over(); };
}

SharedTab::~SharedTab() {
  if (lead_) lead_->hub.resign();
}

SharedHub* SharedTab::hub() { return lead_ ? &lead_->hub : nullptr; }

void SharedTab::connect() {
  if (!std::exchange(joined_group_, true)) group_.join();
  member_.connect();
}

void SharedTab::take_role(Role role, std::string_view why) {
  if (role == role_) return;
  role_ = role;
  if (on_role) on_role(role, why);
}

// ---- leading ----

void SharedTab::lead(std::uint64_t epoch, const std::vector<std::uint64_t>& living) {
  start(std::make_unique<Lead>(options_, SharedHubOptions{.expected = living, .acknowledge_timeout = patience, .key = options_.key},
                               std::make_unique<IndexedDbStore>(options_.database), epoch));
  lead_->hub.on_superseded = [this] { group_.resign(); };
}

void SharedTab::be_alone(std::string_view why) {
  auto journal = options_.journal_alone ? std::make_unique<IndexedDbStore>(options_.database) : nullptr;
  start(std::make_unique<Lead>(options_, SharedHubOptions{.expected = {id_}, .key = options_.key}, std::move(journal), 0));
  take_role(Role::alone, why);
}

void SharedTab::start(std::unique_ptr<Lead> lead) {
  lead_ = std::move(lead);
  lead_->hub.on_leading = [this](std::uint64_t) {
    lead_->own.emplace(lead_->hub, member_);
    if (role_ == Role::alone) return;
    group_.open();
    take_role(Role::leader);
  };
  lead_->hub.start();
}

// Another one leads, or this one has resigned.
void SharedTab::drop_lead() {
  if (!lead_) return;
  if (on_lead_ends) on_lead_ends();
  lead_->hub.abdicate();
  lead_->own.reset();
  lead_.reset();
  take_role(Role::undecided);
}

void SharedTab::hand_over() {
  if (!lead_ || role_ == Role::alone || lead_->tabs.empty()) return;
  lead_->hub.resign();
  group_.resign();
}

// ---- the tabs ----

void SharedTab::handle_joined(TabGroup::Link link) {
  if (!lead_) return;
  const auto [at, made] = lead_->tabs.try_emplace(link, group_, link);
  at->second.at_hub = lead_->hub.link_opened(at->second.port);
  if (on_others) on_others(lead_->tabs.size());
}

void SharedTab::handle_left(TabGroup::Link link) {
  if (!lead_) return;
  const auto at = lead_->tabs.find(link);
  if (at == lead_->tabs.end()) return;
  lead_->hub.link_closed(at->second.at_hub);
  lead_->tabs.erase(at);
  if (on_others) on_others(lead_->tabs.size());
}

void SharedTab::handle_frame(TabGroup::Link from, Bytes frames) {
  if (from == TabGroup::leader) return member_.handle_frames(frames);
  if (!lead_) return;
  const auto at = lead_->tabs.find(from);
  if (at != lead_->tabs.end()) lead_->hub.handle_frames(at->second.at_hub, frames);
}

void SharedTab::follow(std::uint64_t epoch, bool worker) {
  member_.link_opened(to_leader_, epoch);
  take_role(worker ? Role::member_of_worker : Role::member);
}

}  // namespace wasmqtt
