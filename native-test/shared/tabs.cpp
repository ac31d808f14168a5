#include "tabs.hpp"

#include <algorithm>

#include "wasmqtt/topic.hpp"

namespace wasmqtt::test {

// ---- a tab ----

Tab::Tab(Tabs& all, std::size_t number, std::size_t id, const MqttOptions& options)
    : tabs(all), index(number), loop(all.simulation(), process, number + 100) {
  member = std::make_unique<SharedMember>(loop, SharedMemberOptions{.id = id + 1, .mqtt = options});
  member->on_event = [this](const MqttEvent& event) {
    if (std::holds_alternative<SessionLost>(event)) ++session_lost;
    const auto* changed = std::get_if<StateChanged>(&event);
    if (changed == nullptr) return;
    states.push_back(changed->state);
    if (changed->state != ConnectionState::connected || !tabs.lost_at) return;
    tabs.longest_gap = std::max(tabs.longest_gap, tabs.simulation().now() - *tabs.lost_at);
    tabs.lost_at.reset();
  };
  member->on_shared = [this](const SharedEvent& event) {
    shared.push_back(event);
    if (const auto* others = std::get_if<OtherOptions>(&event)) other_options.emplace_back(others->names);
    if (std::holds_alternative<MessagesMissed>(event)) ++missed;
    if (const auto* quiet = std::get_if<LeaderSilent>(&event)) tabs.silent(quiet->epoch);
    if (std::holds_alternative<LeaderResigned>(event)) tabs.elect_soon(5ms);
  };
  member->on_delivery_changed = [this](const DeliveryChanged& changed) {
    DeliveryChanged kept = changed;
    kept.reason_string = {};
    deliveries[changed.delivery.number].push_back(kept);
  };
  member->on_message = [this](const Message& message) {
    const std::string label = chaos::label_of(message.payload);
    ++received[label];
    order.push_back(label);
    if (message.retain) stored.emplace_back(message.topic);
    if (!tabs.setting().manual) return;
    unacknowledged.push_back(message.token);
    if (!acknowledges) return;
    tabs.simulation().after(7ms, [this, process = process, token = message.token] {
      process->run([this, token] { member->acknowledge(token); });
    });
  };
}

void Tab::subscribe(const std::string& filter, Qos qos, bool ask_again) {
  const SharedMember::SubscribeRequest request{.filter = filter, .qos = qos, .ask_again = ask_again};
  const auto made = member->subscribe({&request, 1});
  if (!made) return tabs.ledger().fail("a subscription is refused");
  subscriptions[filter] = made->front();
  wanted[filter] = qos;
}

void Tab::unsubscribe(const std::string& filter) {
  member->unsubscribe(subscriptions[filter]);
  subscriptions.erase(filter);
  wanted.erase(filter);
}

std::uint64_t Tab::publish(const std::string& topic, Qos qos, PublishOptions options) {
  const std::string label = tabs.label();
  options.qos = qos;
  const auto made = member->publish(topic, label + ' ', options);
  if (!made) return 0;
  published[label] = made->number;
  published_qos[label] = qos;
  return made->number;
}

// ---- a link ----

void Port::post(Bytes frames, bool to_hub) {
  if (cut || (to_hub ? member_process : hub_process)->dead()) return;
  if (!to_hub) bytes += frames.size();
  simulation.after(1ms, [self = shared_from_this(), to_hub, copy = ByteBuffer(frames.begin(), frames.end())] {
    (to_hub ? self->hub_process : self->member_process)->run([self, to_hub, copy] {
      if (self->cut) return;
      if (to_hub && self->hub != nullptr) self->hub->handle_frames(self->link, copy);
      if (!to_hub && self->member != nullptr) self->member->handle_frames(copy);
    });
  });
}

// ---- a leader ----

Leader::Leader(Tabs& all, Tab& one)
    : tabs(all),
      tab(one),
      network(all.new_network()),
      loop(all.simulation(), one.process, one.index + 200, all.setting().driver_turn),
      timers(all.simulation(), one.process, one.index + 300),
      transport(network.transport(), one.process),
      store(all.simulation(), all.disk(), one.process, all.setting().store_latency) {
  SharedHubOptions options = all.setting().hub;
  for (std::size_t i = 0; all.setting().expects && i < all.size(); ++i) {
    if (all[i].runs()) options.expected.push_back(all[i].index + 1);
  }
  hub = std::make_unique<SharedHub>(loop, timers, transport, all.options(), options, all.setting().stored ? &store : nullptr);
  hub->on_leading = [this](std::uint64_t epoch) { tabs.leading(*this, epoch); };
  hub->on_superseded = [this] { tabs.resigned(tab); };
}

Leader::~Leader() {
  for (const auto& port : tabs.ports()) {
    if (port->hub == hub.get()) port->hub = nullptr;
  }
  own.reset();
}

// ---- all of them ----

Tabs::Tabs(Setting setting)
    : setting_(std::move(setting)), broker_(simulation_, ledger_, setting_.forward_on_release, 0) {
  for (std::size_t i = 0; i < setting_.count; ++i) add();
}

Tabs::~Tabs() {
  for (const auto& tab : tabs_) tab->process->kill();
  for (const auto& tab : tabs_) tab->leader.reset();
  for (const auto& tab : tabs_) tab->member.reset();
}

MqttOptions Tabs::options() const {
  MqttOptions options{.urls = {"mqtt://model"}};
  options.client.client_id = "tabs";
  options.client.clean_session = setting_.clean_session;
  options.client.protocol = setting_.version == ProtocolVersion::mqtt_5 ? Protocol::mqtt_5 : Protocol::mqtt_3_1_1;
  options.client.session_expiry = setting_.version == ProtocolVersion::mqtt_5 ? never_expires : 0;
  options.client.keep_alive = 20s;
  options.client.queue_qos0 = setting_.queue_qos0;
  options.client.queue_messages = setting_.queue_messages;
  options.client.trace.max_packets = setting_.trace_packets;
  options.client.topic_alias_maximum = chaos::ModelBroker::aliases;
  options.client.manual_acknowledgement = setting_.manual;
  options.driver.backoff.first = 50ms;
  options.driver.takeover.connections = 0;
  return options;
}

Tab& Tabs::add(std::size_t id, const MqttOptions& options) {
  return *tabs_.emplace_back(std::make_unique<Tab>(*this, tabs_.size(), id, options));
}

void Tabs::start() {
  for (const auto& tab : tabs_) tab->member->connect();
  elect();
}

chaos::ModelNetwork& Tabs::new_network() {
  NetworkEnds& ends = *this;
  return *networks_.emplace_back(
      std::make_unique<chaos::ModelNetwork>(simulation_, ends, chaos::Weather{}, std::vector<chaos::Fault>{}));
}

void Tabs::elect() {
  const auto next = std::find_if(tabs_.begin(), tabs_.end(), [](const auto& tab) { return tab->runs() && tab->leader == nullptr; });
  if (next == tabs_.end()) return;
  ++elections;
  leading_ = next->get();
  leading_->leader = std::make_unique<Leader>(*this, *leading_);
  leading_->leader->hub->start();
}

// The lock comes free, or one that waits for it is given it.
void Tabs::elect_soon(Duration delay) {
  Tab* const before = leading_;
  simulation_.after(delay, [this, before] {
    if (leading_ == before) elect();
  });
}

void Tabs::silent(std::uint64_t epoch) {
  if (epoch == epoch_) elect_soon(1ms);
}

void Tabs::leading(Leader& leader, std::uint64_t epoch) {
  if (leading_ != &leader.tab) return;
  epoch_ = epoch;
  for (const auto& tab : tabs_) link(*tab);
}

void Tabs::link(Tab& tab) {
  if (tab.process->dead() || leading_ == nullptr || leading_->leader == nullptr) return;
  Leader& leader = *leading_->leader;
  if (&tab == leading_) {
    leader.own = std::make_unique<LocalLink>(*leader.hub, *tab.member);
    tab.port.reset();
    return;
  }
  // The old leader's link is left as it is: what it says when it thaws arrives.
  if (tab.port && tab.port->hub == leader.hub.get()) tab.port->cut = true;
  tab.port = std::make_shared<Port>(simulation_, *leader.hub, leading_->process, *tab.member, tab.process);
  ports_.push_back(tab.port);
  tab.port->link = leader.hub->link_opened(tab.port->hub_end);
  simulation_.after(setting_.announce, [&tab, port = tab.port, epoch = epoch_] {
    tab.process->run([&tab, port, epoch] {
      if (tab.port == port && !port->cut) tab.member->link_opened(port->member_end, epoch);
    });
  });
}

void Tabs::kill(Tab& tab, bool bytes_lost) {
  if (tab.process->dead()) return;
  tab.process->kill();
  if (tab.leader) {
    lost_at = simulation_.now();
    if (bytes_lost) {
      for (const auto& link : tab.leader->network.links()) link->cut(Direction::outbound);
    }
    // The broker learns of the end of the socket, as of every process that dies.
    tab.leader.reset();
    if (leading_ == &tab) elect_soon(50ms);
  }
  tab.member.reset();
  if (!tab.port) return;
  for (const auto& port : ports_) {
    if (port->member_process == tab.process) port->member = nullptr;
  }
  simulation_.after(20ms, [port = tab.port] {
    port->hub_process->run([port] {
      if (port->hub != nullptr) port->hub->link_closed(port->link);
    });
  });
}

// Somebody has to be there who notices.
void Tabs::freeze(Tab& tab) {
  if (&tab == leading_ && led() && hub().counts().joined > 1) lost_at = simulation_.now();
  tab.process->freeze();
}

void Tabs::thaw(Tab& tab) {
  tab.process->thaw();
  // The lock has been stolen meanwhile; the promise that says so comes after whatever was due.
  simulation_.after(setting_.notice, [this, &tab] {
    tab.process->run([this, &tab] { resigned(tab); });
  });
}

// It does not lead any more, and joins who does.
void Tabs::resigned(Tab& tab) {
  if (!tab.leader || leading_ == &tab) return;
  tab.leader->hub->abdicate();
  tab.leader->own.reset();
  // Not from inside of its own call.
  old_leaders_.push_back(std::move(tab.leader));
  simulation_.after(1ms, [this, &tab] {
    old_leaders_.clear();
    tab.process->run([this, &tab] { link(tab); });
  });
}

void Tabs::cut(Tab& tab) {
  if (!tab.port || tab.port->hub == nullptr || tab.port->cut) return;
  const std::shared_ptr<Port> port = tab.port;
  port->cut = true;
  simulation_.after(10ms, [this, port, &tab] {
    port->hub_process->run([port] {
      if (port->hub != nullptr) port->hub->link_closed(port->link);
    });
    tab.process->run([port, &tab] {
      if (tab.port == port) tab.member->link_closed();
    });
    simulation_.after(40ms, [this, port, &tab] {
      if (tab.port == port) link(tab);
    });
  });
}

void Tabs::cut_connection() {
  if (!led() || leading_->leader->network.links().empty()) return;
  leading_->leader->network.links().back()->cut(Direction::outbound);
}

// ---- what is seen ----

bool Tabs::quiet() {
  // Without storage nobody is left to release what a leader that died had under way.
  const bool broker_done = broker_.idle() || !setting_.stored;
  if (!led() || !hub().mqtt().connected() || !broker_done || hub().counts().unacknowledged != 0) return false;
  const Client::Counts counts = hub().mqtt().counts();
  if (counts.queued + counts.in_flight + counts.requests != 0) return false;
  return std::all_of(tabs_.begin(), tabs_.end(), [](const auto& tab) {
    if (!tab->runs()) return true;
    const Client::Counts own = tab->member->counts();
    return tab->member->joined() && tab->member->unfinished().empty() && own.requests == 0;
  });
}

std::size_t Tabs::connections() const {
  std::size_t all = 0;
  for (const auto& network : networks_) all += network->links().size();
  return all;
}

std::vector<std::string> Tabs::failures() {
  std::vector<std::string> failures = ledger_.failures;
  if (!quiet()) {
    failures.push_back("it does not come to rest");
    if (led()) {
      const Client::Counts counts = hub().mqtt().counts();
      failures.push_back("  queued " + std::to_string(counts.queued) + ", in flight " + std::to_string(counts.in_flight) +
                         ", requests " + std::to_string(counts.requests) + ", waiting for tabs " +
                         std::to_string(hub().counts().unacknowledged) + ", state " +
                         std::to_string(static_cast<int>(hub().mqtt().state())) + ", joined " +
                         std::to_string(hub().counts().joined) + "; " + hub().mqtt().close_record().sentence());
    }
    if (!broker_.idle()) failures.push_back("  the broker has messages under way");
    for (const auto& tab : tabs_) {
      if (!tab->runs()) continue;
      const Client::Counts own = tab->member->counts();
      failures.push_back("  tab " + std::to_string(tab->index) + (tab->member->joined() ? ": joined" : ": apart") + ", unfinished " +
                         std::to_string(own.queued + own.in_flight) + ", requests " + std::to_string(own.requests));
    }
  }
  std::map<std::string, Qos> all;
  for (const auto& tab : tabs_) {
    judge_published(*tab, failures);
    if (!tab->runs()) continue;
    judge_received(*tab, failures);
    for (const auto& [filter, qos] : tab->wanted) all[filter] = std::max(all[filter], qos);
  }
  const auto* at_broker = broker_.subscriptions();
  if (at_broker == nullptr || *at_broker != all) {
    failures.push_back("the broker's subscriptions are not the union of the tabs'");
    for (const auto& [filter, qos] : at_broker == nullptr ? std::map<std::string, Qos>{} : *at_broker)
      failures.push_back("  there: " + filter + ' ' + std::to_string(static_cast<int>(qos)));
  }
  return failures;
}

void Tabs::judge_published(const Tab& tab, std::vector<std::string>& failures) {
  const std::string who = " of tab " + std::to_string(tab.index);
  const bool alive = !tab.process->dead();
  std::map<std::string, int> forwarded;
  std::map<std::pair<std::string, Qos>, unsigned> latest;
  for (const chaos::Forwarded& one : ledger_.forwarded) {
    if (tab.published.count(one.label) == 0) continue;
    if (++forwarded[one.label] > 1 || one.qos == Qos::at_most_once) continue;
    unsigned& last = latest[{one.topic, one.qos}];
    if (chaos::serial_of(one.label) < last) failures.push_back(one.label + who + " came out of order");
    last = chaos::serial_of(one.label);
  }
  for (const auto& [label, number] : tab.published) {
    const Qos qos = tab.published_qos.at(label);
    const int times = forwarded[label];
    const auto told = tab.deliveries.find(number);
    const auto ends = told == tab.deliveries.end() ? 0 : std::count_if(told->second.begin(), told->second.end(), [&](const auto& one) {
      return one.state == DeliveryState::acknowledged || one.state == DeliveryState::failed ||
             (qos == Qos::at_most_once && one.state == DeliveryState::sent);
    });
    const bool failed = ends == 1 && told->second.back().state == DeliveryState::failed;
    if (times > 1 && qos != Qos::at_least_once) failures.push_back(label + who + " was published " + std::to_string(times) + " times");
    if (!alive) continue;
    if (ends != 1) failures.push_back(label + who + " has " + std::to_string(ends) + " ends");
    if (qos == Qos::at_most_once) continue;
    if (failed && setting_.stored) failures.push_back(label + who + " failed");
    if (times == 0 && !failed) failures.push_back(label + who + " was lost");
  }
}

void Tabs::judge_received(const Tab& tab, std::vector<std::string>& failures) {
  const std::string who = " in tab " + std::to_string(tab.index);
  for (const auto& entry : ledger_.owed) {
    const std::string& label = entry.first;
    const chaos::Owed& owed = entry.second;
    const bool wants = std::any_of(tab.wanted.begin(), tab.wanted.end(),
                                   [&](const auto& one) { return topic_matches(one.first, owed.topic); });
    const auto found = tab.received.find(label);
    const int times = found == tab.received.end() ? 0 : found->second;
    if (times == 0 && wants && !owed.wiped && tab.missed == 0 && !tab.absent) failures.push_back(label + who + " was lost");
  }
  std::map<std::pair<std::string, Qos>, unsigned> latest;
  // A publish of QoS 1 may have been forwarded more than once.
  std::map<std::string, int> forwarded;
  for (const chaos::Forwarded& one : ledger_.forwarded) ++forwarded[one.label];
  for (const auto& [label, times] : tab.received) {
    if (times > std::max(forwarded[label], 1)) failures.push_back(label + who + " came " + std::to_string(times) + " times");
  }
  for (const std::string& label : tab.order) {
    const auto owed = ledger_.owed.find(label);
    if (owed == ledger_.owed.end() || owed->second.retained || label[0] != 'i') continue;
    unsigned& last = latest[{owed->second.topic, owed->second.qos}];
    if (chaos::serial_of(label) < last) failures.push_back(label + who + " came out of order");
    last = std::max(last, chaos::serial_of(label));
  }
}

}  // namespace wasmqtt::test
