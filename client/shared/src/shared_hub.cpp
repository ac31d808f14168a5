#include "wasmqtt/shared/shared_hub.hpp"

#include <algorithm>
#include <utility>

#include "hub_impl.hpp"

namespace wasmqtt {

SharedHub::Impl::Impl(SharedHub& owner, EventLoop& loop, EventLoop& timers, Transport& transport, MqttOptions options,
                      SharedHubOptions shared, FencedStore* store)
    : owner_(owner),
      timers_(timers),
      store_(store),
      shared_(std::move(shared)),
      terms_(terms_of(options, shared_.key)),
      client_id_(options.client.client_id),
      old_only_(options.client.protocol == Protocol::mqtt_3_1_1),
      prepare_(options.driver.prepare_attempt) {
  options.client.manual_acknowledgement = true;
  if (store_ != nullptr) {
    journal_.emplace(*store_);
    journal_->on_stored = [this](const HubJournal::Stored& stored) {
      Source& from = source(stored.origin.source);
      from.accepted = std::max(from.accepted, stored.origin.sequence);
      if (stored.number != 0) add_outgoing(stored.number, from, stored.origin.sequence, Qos::at_least_once);
    };
    journal_->on_failure = [this](std::uint64_t id, const Failure& failure) { source(id).failures.push_back(failure); };
    journal_->on_tab = [this](std::uint64_t id, bool away) { source(id).away = away; };
    journal_->on_filter = [this](std::string_view filter) { (void)know(filter, true); };
    journal_->on_loaded = [this] { loaded(); };
    journal_->on_superseded = [this] { superseded(); };
    journal_->on_durable = [this](std::uint64_t batch, std::uint64_t session_batch) { journal_durable(batch, session_batch); };
    options.driver.prepare_attempt = [this](Attempt proposal, std::function<void(Attempt)> ready) {
      confirm(std::move(proposal), std::move(ready));
    };
  }
  mqtt_.emplace(loop, transport, std::move(options), journal_ ? &*journal_ : nullptr);
  mqtt_->on_message = [this](const Message& one) { message(one); };
  mqtt_->add_listener(*this);
  mqtt_->pause();
  timers_.attach([this] { timer(); }, [this] { turn(); });
}

SharedHub::Impl::~Impl() {
  lifetime_.end();
  timers_.attach({}, {});
  timers_.set_timer(std::nullopt);
  mqtt_->remove_listener(*this);
  mqtt_->on_message = {};
}

// ---- the lead ----

void SharedHub::Impl::start() {
  if (std::exchange(started_, true)) return;
  const auto now = static_cast<std::uint64_t>(timers_.now().time_since_epoch().count());
  if (store_ == nullptr) return led(now);
  store_->lead(client_id_, [this, alive = lifetime_.watch(), now](bool ok, std::uint64_t epoch, std::string_view) {
    if (alive) led(ok ? epoch : now);
  });
}

void SharedHub::Impl::led(std::uint64_t epoch) {
  if (quiet_ || epoch_ != 0) return;
  epoch_ = epoch;
  const auto alive = lifetime_.watch();
  if (owner_.on_leading) owner_.on_leading(epoch);
  if (!alive || quiet_) return;
  mqtt_->connect();
  if (!journal_) loaded();
}

void SharedHub::Impl::loaded() {
  if (std::exchange(loaded_, true)) return;
  gather_until_ = later(timers_.now(), shared_.gather_timeout);
  for (std::size_t i = 0; i < tabs_.size(); ++i) {
    const Link link = tabs_[i]->number;
    for (const ByteBuffer& piece : std::exchange(tabs_[i]->early, {})) handle_frames(link, piece);
  }
  check_gathered();
  timers_.request_turn();
}

// A driver that has slept would connect with its session's client id, and throw the new leader out.
void SharedHub::Impl::confirm(Attempt proposal, std::function<void(Attempt)> ready) {
  store_->confirm([this, alive = lifetime_.watch(), proposal = std::move(proposal), ready = std::move(ready)](bool leads) mutable {
    if (!alive || quiet_) return;
    if (!leads) return superseded();
    if (prepare_) prepare_(std::move(proposal), std::move(ready));
    else ready(std::move(proposal));
  });
}

void SharedHub::Impl::superseded() {
  if (quiet_) return;
  abdicate();
  superseded_due_ = true;
}

void SharedHub::Impl::abdicate() {
  if (quiet_) return;
  be_quiet();
  mqtt_->abort();
  timers_.request_turn();
}

void SharedHub::Impl::resign() {
  if (quiet_) return;
  for (const auto& tab : tabs_) LinkWriter(LinkFrame::resigned, tab->ahead);
  flush_all();
  be_quiet();
  mqtt_->disconnect();
}

void SharedHub::Impl::be_quiet() {
  quiet_ = true;
  pending_ = {};
  pending_by_number_ = {};
  pending_count_ = 0;
  for (const auto& tab : tabs_) {
    tab->queue.clear();
    tab->ahead.clear();
  }
}

// ---- the connection ----

void SharedHub::Impl::on_mqtt_event(const MqttEvent& event) {
  if (quiet_) return;
  if (const auto* changed = std::get_if<StateChanged>(&event)) {
    if (changed->state == ConnectionState::connected) return;  // with Connected
    connected_ = false;
    broadcast_status();
  } else if (const auto* connection = std::get_if<Connected>(&event)) {
    connected(*connection);
  } else if (const auto* granted = std::get_if<SubscriptionAnswered>(&event)) {
    answered(*granted);
  } else if (const auto* unsubscribed = std::get_if<UnsubscribeAnswered>(&event)) {
    ended(*unsubscribed);
  } else {
    // What was not acknowledged comes again; of QoS 2 messages it is the old token that counts.
    if (std::holds_alternative<Closed>(event)) forget_pending(false);
    broadcast([&](ByteBuffer& out) { (void)write(event, out); });
    if (!std::holds_alternative<StoreProblem>(event)) return;
    settling_.clear();
    ask_noted(~std::uint64_t{0});
    broadcast_status();
  }
}

void SharedHub::Impl::connected(const Connected& event) {
  connection_ = event;
  connected_ = true;
  session_kept_ = session_kept_ && event.session_present;
  if (!event.session_present) forget_pending(true);
  if (!event.session_present || event.session_in_doubt) forget_answers();
  broadcast_status();
}

LinkStatus SharedHub::Impl::status() const {
  LinkStatus status;
  const ConnectionState state = mqtt_->state();
  status.state = state == ConnectionState::connected && !connected_ ? ConnectionState::connecting : state;
  status.stop_reason = mqtt_->stop_reason();
  status.retry_at = mqtt_->retry_at();
  status.durable = mqtt_->durable();
  status.session_present = connection_.session_present;
  status.session_in_doubt = connection_.session_in_doubt;
  status.version = mqtt_->version();
  status.url = mqtt_->url().substr(0, mqtt_->url().find_first_of("?#"));
  status.server_properties.assign(mqtt_->server_properties());
  status.ending_properties.assign(mqtt_->ending_properties());
  return status;
}

void SharedHub::Impl::broadcast_status() {
  const LinkStatus now = status();
  broadcast([&](ByteBuffer& out) {
    LinkWriter frame(LinkFrame::status, out);
    write(now, frame);
  });
}

// ---- gathering ----

void SharedHub::Impl::check_gathered() {
  if (!loaded_ || gathered_ || quiet_ || shared_.expected.empty()) return;
  const bool all = std::all_of(shared_.expected.begin(), shared_.expected.end(), [this](std::uint64_t id) {
    const Source* known = find_source(id);
    return known != nullptr && known->tab != nullptr;
  });
  if (all) gathered();
}

// What filters nobody has claimed were those of tabs that are gone. A tab that comes later has missed what comes now, whoever leads
// then.
void SharedHub::Impl::gathered() {
  gathered_ = true;
  gather_until_.reset();
  for (const auto& source : sources_) {
    if (source->tab == nullptr) note_away(*source, true);
  }
  end_unclaimed();
  mqtt_->resume();
}

// ---- time ----

void SharedHub::Impl::turn() {
  if (std::exchange(superseded_due_, false)) {
    const auto told = owner_.on_superseded;
    if (told) told();
    return;  // it may have destroyed this object
  }
  if (quiet_ || !loaded_) {
    flush_all();
    return;
  }
  for (const auto& tab : tabs_) {
    retry_publishes(*tab);
    copy_packets(*tab);
    if (!std::exchange(tab->accepted_due, false)) continue;
    send(*tab, [&](ByteBuffer& out) { LinkWriter(LinkFrame::accepted, out).number(tab->source->accepted); });
  }
  if (durable()) journal_->flush();
  flush_all();
  arm();
}

void SharedHub::Impl::timer() {
  const Time now = timers_.now();
  if (gather_until_ && now >= *gather_until_) gathered();
  give_up_waiting(now);
  timers_.request_turn();
}

void SharedHub::Impl::arm() {
  std::optional<Time> next = gather_until_;
  for (const Pending& pending : pending_.all()) {
    if (pending.number != 0 && pending.deadline && (!next || *pending.deadline < *next)) next = pending.deadline;
  }
  timers_.set_timer(next);
}

void SharedHub::Impl::journal_durable(std::uint64_t batch, std::uint64_t session_batch) {
  if (quiet_) return;
  if (durable()) settle(session_batch);
  ask_noted(batch);
}

SharedHub::Counts SharedHub::Impl::counts() const {
  Counts counts;
  counts.links = tabs_.size();
  for (const auto& tab : tabs_) {
    counts.joined += tab->source != nullptr ? 1 : 0;
    counts.waiting_bytes += tab->waiting();
  }
  counts.unacknowledged = pending_count_;
  counts.subscriptions = wanted_count_;
  return counts;
}

std::vector<std::uint64_t> SharedHub::Impl::joined() const {
  std::vector<std::uint64_t> ids;
  for (const auto& tab : tabs_) {
    if (tab->source != nullptr) ids.push_back(tab->source->id);
  }
  return ids;
}

// ---- SharedHub ----

SharedHub::SharedHub(EventLoop& loop, EventLoop& timers, Transport& transport, MqttOptions options, SharedHubOptions shared,
                     FencedStore* store)
    : impl_(std::make_unique<Impl>(*this, loop, timers, transport, std::move(options), std::move(shared), store)) {}
SharedHub::~SharedHub() = default;

void SharedHub::start() { impl_->start(); }
std::uint64_t SharedHub::epoch() const { return impl_->epoch(); }
void SharedHub::abdicate() { impl_->abdicate(); }
void SharedHub::resign() { impl_->resign(); }
SharedHub::Link SharedHub::link_opened(SharedLink& link, bool own) { return impl_->link_opened(link, own); }
void SharedHub::handle_frames(Link link, Bytes frames) { impl_->handle_frames(link, frames); }
void SharedHub::link_closed(Link link) { impl_->link_closed(link); }
SharedHub::Counts SharedHub::counts() const { return impl_->counts(); }
std::vector<std::uint64_t> SharedHub::joined() const { return impl_->joined(); }
MqttClient& SharedHub::mqtt() { return impl_->mqtt(); }

}  // namespace wasmqtt
