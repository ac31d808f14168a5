// Tabs in which one user is signed in, on one device, in the simulated world of native-test/chaos: each with a ChatApp, and all with one
// connection to a broker.
//
//   TabsWorld world;
//   Page& one = world.open();
//   Page& two = world.open();
//   one.send("peter", "hello");
//   world.pass(1s);
//   world.kill(one);
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "chat_world.hpp"
#include "sim_share.hpp"
#include "sim_store.hpp"

namespace chat::test {

class TabsWorld;

struct SimZone final : LocalTime {
  explicit SimZone(const wasmqtt::chaos::Simulation& its) : simulation(its) {}
  wasmqtt::Time now() const override { return simulation.now(); }
  std::chrono::minutes offset_at(wasmqtt::Time) const override { return 60min; }
  const wasmqtt::chaos::Simulation& simulation;
};

struct Page {
  Page(TabsWorld& world, Settings settings, std::size_t index);

  const State& state() { return app->update(), app->state(); }
  Conversation* chat_with(const std::string& partner) {
    return const_cast<Conversation*>(state().conversations.find({state().user, partner}));
  }
  // "text state" of each message, in order.
  std::vector<std::string> reads(const std::string& partner) {
    std::vector<std::string> all;
    const Conversation* const conversation = chat_with(partner);
    if (conversation == nullptr) return all;
    for (const ChatMessage& message : conversation->messages()) {
      all.push_back(message.text);
      if (message.state != SendState::none) all.back().append(" ").append(describe(message.state));
    }
    return all;
  }
  void open_chat(const std::string& partner) {
    app->handle(AddChat{partner});
  }
  void send(const std::string& partner, const std::string& text) { app->handle(SendMessage{{state().user, partner}, text}); }
  void type(const std::string& partner, const std::string& text) { app->handle(SaveDraft{{state().user, partner}, text}); }
  // As the view reports it.
  void read_all(const std::string& partner) {
    const Conversation* conversation = chat_with(partner);
    app->handle(ReadUpTo{conversation->key(), conversation->messages().back().number, true});
  }
  bool leads();
  std::size_t own_connections() const { return network.links().size(); }

  TabsWorld& world;
  std::shared_ptr<Process> process = std::make_shared<Process>();
  ProcessLoop loop;
  wasmqtt::chaos::ModelNetwork& network;  // where it does not share
  ProcessTransport own_transport;
  SimStore store;
  SimZone zone;
  std::unique_ptr<ChatApp> app;
  std::vector<std::string> notified;
  int signed_out = 0;
};

class TabsWorld {
 public:
  explicit TabsWorld(Settings its_settings = stage_settings(30)) : settings(std::move(its_settings)) {}
  ~TabsWorld() {
    for (const auto& page : pages) page->process->kill();
    for (const auto& page : pages) page->app.reset();
  }

  // Alice signs in, in one more tab.
  Page& open(const std::string& password = "") {
    Page& page = add();
    page.app->handle(SignIn{"alice", password});
    pass(500ms);
    return page;
  }
  Page& add() { return *pages.emplace_back(std::make_unique<Page>(*this, settings, pages.size())); }
  void pass(wasmqtt::Duration time) {
    for (const wasmqtt::Time end = simulation.now() + time; simulation.now() < end;) {
      simulation.pass_until(std::min<wasmqtt::Time>(end, simulation.now() + 50ms));
      for (const auto& page : pages)
        if (page->app && page->process->runs()) page->app->update();
    }
  }
  void kill(Page& page) {
    SimShare* const share = group.of(page.process);
    const bool led = share != nullptr && share == group.leader();
    page.process->kill();
    if (led) share->cut();
    page.app.reset();
  }
  // The user closes it.
  void close(Page& page) {
    page.app->handle_leave();
    if (SimShare* share = group.of(page.process)) share->hand_over();
    simulation.after(2ms, [&page, this] { kill(page); });
    pass(3ms);
  }
  void freeze(Page& page) { page.process->freeze(); }
  void thaw(Page& page) {
    page.process->thaw();
    group.thawed(page.process);
  }
  void receive(const std::string& from, const std::string& id, const std::string& text) {
    broker.publish_text("chat/messages/alice/" + from, message_json(id, text), Qos::at_least_once);
  }
  // What the broker was given for others, by topic: payloads.
  std::vector<std::string> published(std::string_view topic) const {
    std::vector<std::string> all;
    for (const auto& one : ledger.forwarded)
      if (one.topic == topic) all.push_back(one.label);
    return all;
  }

  wasmqtt::chaos::Simulation simulation;
  wasmqtt::chaos::Ledger ledger;
  wasmqtt::chaos::ModelBroker broker{simulation, ledger, false, 0};
  SimGroup group{simulation, broker};
  MemoryChatStore device;
  Settings settings;
  std::vector<std::unique_ptr<Page>> pages;
};

inline Page::Page(TabsWorld& its_world, Settings settings, std::size_t index)
    : world(its_world),
      loop(its_world.simulation, process, index + 1000),
      network(its_world.group.new_network()),
      own_transport(network.transport(), process),
      store(its_world.simulation, its_world.device, process, 3ms),
      zone(its_world.simulation) {
  app = std::make_unique<ChatApp>(
      Platform{.loop = loop, .transport = own_transport, .store = store, .zone = zone, .page = {},
               .share = [this](Sharing sharing) { return world.group.share(process, std::move(sharing)); }},
      std::move(settings));
  app->handle_notifications(Notifications::on);
  app->on_unseen_message = [this](const std::string&, const std::string& text) { notified.push_back(text); };
  app->on_signed_out = [this] { ++signed_out; };
}

inline bool Page::leads() { return world.group.leader() != nullptr && world.group.leader() == world.group.of(process); }

}  // namespace chat::test
