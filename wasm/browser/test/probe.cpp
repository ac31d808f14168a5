// Hands the browser's side to a test: probe_*() are called from the page, what happens is reported to it.
#include <emscripten.h>

#include <memory>
#include <string>
#include <vector>

#include "wasmqtt/browser/browser_loop.hpp"
#include "wasmqtt/browser/indexed_db_store.hpp"
#include "wasmqtt/browser/page_life_cycle.hpp"
#include "wasmqtt/browser/tab_group.hpp"
#include "wasmqtt/browser/websocket_transport.hpp"
#include "wasmqtt/journal.hpp"

extern "C" void probe_report(const char* what, std::size_t what_size, int number, const char* text,
                             std::size_t size);

namespace {

void report(std::string_view what, int number = 0, std::string_view text = {}) {
  probe_report(what.data(), what.size(), number, text.data(), text.size());
}

class Observer final : public wasmqtt::TransportObserver {
 public:
  void on_transport_open() override { report("open"); }
  void on_transport_bytes(wasmqtt::Bytes bytes) override {
    report("bytes", static_cast<int>(bytes.size()), wasmqtt::as_text(bytes.first(std::min<std::size_t>(bytes.size(), 64))));
  }
  void on_transport_writable() override { report("writable"); }
  void on_transport_closed(const wasmqtt::TransportClose& close) override {
    report("closed", static_cast<int>(close.fault),
           std::to_string(close.code) + (close.clean ? " clean " : " unclean ") + std::string(close.reason));
  }
};

Observer observer;
std::unique_ptr<wasmqtt::WebSocketTransport> transport;
std::unique_ptr<wasmqtt::BrowserLoop> loop;
std::unique_ptr<wasmqtt::IndexedDbStore> store;
std::unique_ptr<wasmqtt::PageLifeCycle> page;
std::unique_ptr<wasmqtt::TabGroup> tabs;
wasmqtt::SessionStore* session = nullptr;
wasmqtt::Time started;

void report_written(bool ok, std::string_view problem) { report("written", ok, problem); }

std::vector<std::uint8_t> record(int number, int payload_size) {
  const std::string payload(static_cast<std::size_t>(payload_size), 'x');
  std::vector<std::uint8_t> out;
  wasmqtt::write_record({.kind = wasmqtt::JournalRecord::Kind::put,
                         .number = static_cast<std::uint64_t>(number),
                         .qos = wasmqtt::Qos::at_least_once,
                         .text = "a/topic",
                         .payload = wasmqtt::as_bytes(payload)}, out);
  return out;
}

}  // namespace

extern "C" {

// ---- border ----
EMSCRIPTEN_KEEPALIVE wasmqtt::Room* probe_room() {
  static wasmqtt::Room room;
  return &room;
}
EMSCRIPTEN_KEEPALIVE const std::uint8_t* probe_placed() { return probe_room()->bytes().data(); }
EMSCRIPTEN_KEEPALIVE std::size_t probe_placed_size() { return probe_room()->bytes().size(); }
EMSCRIPTEN_KEEPALIVE void probe_release() { probe_room()->release(); }

// ---- transport ----
EMSCRIPTEN_KEEPALIVE void probe_open(const char* url, int high_water) {
  transport = std::make_unique<wasmqtt::WebSocketTransport>(
      wasmqtt::WebSocketOptions{.high_water = static_cast<std::size_t>(high_water), .max_message = 64 * 1024 * 1024});
  transport->open(url, observer);
  report("opening");
}
EMSCRIPTEN_KEEPALIVE int probe_write(int size) {
  const std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size), 'w');
  return static_cast<int>(transport->write(bytes));
}
EMSCRIPTEN_KEEPALIVE void probe_close() { transport->close(); }

// ---- loop ----
EMSCRIPTEN_KEEPALIVE void probe_loop() {
  loop = std::make_unique<wasmqtt::BrowserLoop>();
  loop->attach([] { report("timer", static_cast<int>((loop->now() - started).count() / 1000)); },
               [] { report("turn"); });
  started = loop->now();
}
EMSCRIPTEN_KEEPALIVE void probe_timer(int milliseconds) {
  if (milliseconds < 0) return loop->set_timer(std::nullopt);
  loop->set_timer(started + std::chrono::milliseconds{milliseconds});
}
EMSCRIPTEN_KEEPALIVE void probe_turn() {
  loop->request_turn();
  loop->request_turn();
  report("asked");
}
EMSCRIPTEN_KEEPALIVE double probe_now() { return static_cast<double>(loop->now().time_since_epoch().count()); }
EMSCRIPTEN_KEEPALIVE double probe_random() { return static_cast<double>(loop->random()); }

// ---- page ----
EMSCRIPTEN_KEEPALIVE void probe_page() {
  page = std::make_unique<wasmqtt::PageLifeCycle>();
  page->on_wake = [] { report("wake"); };
  page->on_online = [] { report("online"); };
  page->on_offline = [] { report("offline"); };
  page->on_attended = [](bool attended) { report("attended", attended); };
  page->on_leave = [] { report("leave"); };
}

// ---- store ----
EMSCRIPTEN_KEEPALIVE void probe_store(const char* name, int compact_above) {
  store = std::make_unique<wasmqtt::IndexedDbStore>(wasmqtt::IndexedDbOptions{
      .name = name, .compact_above = static_cast<std::size_t>(compact_above)});
  store->on_problem = [](std::string_view problem) { report("problem", 0, problem); };
}
EMSCRIPTEN_KEEPALIVE void probe_load(const char* client_id, int epoch) {
  if (epoch != 0) session = &store->fenced(static_cast<std::uint64_t>(epoch));
  else session = &store->session(std::string_view(client_id).starts_with("bob") ? "bob's broker" : "");
  session->load(client_id, [](bool ok, wasmqtt::Bytes records, std::string_view problem) {
    wasmqtt::JournalReader reader(records);
    wasmqtt::JournalRecord record;
    std::string numbers;
    while (reader.next(record) == wasmqtt::JournalReader::Status::record) {
      if (record.kind == wasmqtt::JournalRecord::Kind::put) numbers += std::to_string(record.number) + ' ';
    }
    report("loaded", ok ? static_cast<int>(records.size()) : -1, ok ? numbers : problem);
  });
}
EMSCRIPTEN_KEEPALIVE void probe_append(int number, int payload_size) {
  session->append(record(number, payload_size), report_written);
}
EMSCRIPTEN_KEEPALIVE void probe_confirm(int epoch) {
  store->fenced(static_cast<std::uint64_t>(epoch)).confirm([](bool leads) { report("confirmed", leads); });
}
EMSCRIPTEN_KEEPALIVE void probe_remove(int number) {
  std::vector<std::uint8_t> out;
  wasmqtt::write_record({.kind = wasmqtt::JournalRecord::Kind::removed,
                         .number = static_cast<std::uint64_t>(number)}, out);
  session->append(out, report_written);
}
EMSCRIPTEN_KEEPALIVE void probe_put(const char* key, const char* value) { store->put(key, wasmqtt::as_bytes(value)); }
EMSCRIPTEN_KEEPALIVE void probe_put_ill_formed() { store->put("\xFF", wasmqtt::as_bytes("x"), report_written); }
EMSCRIPTEN_KEEPALIVE void probe_erase(const char* key) { store->erase(key); }
EMSCRIPTEN_KEEPALIVE void probe_read(const char* prefix) {
  store->read(prefix, [](std::string_view key, wasmqtt::Bytes value) {
    report("record", 0, std::string(key) + '=' + std::string(wasmqtt::as_text(value)));
  }, [](bool ok, std::string_view problem) { report("read", ok, problem); });
}
EMSCRIPTEN_KEEPALIVE void probe_erase_all(const char* prefix) { store->erase_all(prefix); }
EMSCRIPTEN_KEEPALIVE void probe_forget(const char* client_id) {
  store->forget(client_id, [](bool ok, std::string_view problem) { report("forgotten", ok, problem); });
}

// ---- tabs ----
EMSCRIPTEN_KEEPALIVE void probe_tabs(const char* name, int may_be_first) {
  tabs = std::make_unique<wasmqtt::TabGroup>(name, wasmqtt::BrowserLoop().random(),
                                             wasmqtt::TabGroup::Options{.may_be_first = may_be_first != 0});
  tabs->on_unavailable = [](std::string_view why) { report("unavailable", 0, why); };
  tabs->on_lead = [](std::uint64_t epoch, const std::vector<std::uint64_t>& living) {
    tabs->open();
    report("lead", static_cast<int>(epoch), std::to_string(living.size()));
  };
  tabs->on_deposed = [] { report("deposed"); };
  tabs->on_leader = [](std::uint64_t epoch, bool worker) { report("leader", static_cast<int>(epoch), worker ? "worker" : ""); };
  tabs->on_joined = [](wasmqtt::TabGroup::Link member) { report("joined", static_cast<int>(member)); };
  tabs->on_left = [](wasmqtt::TabGroup::Link member) { report("left", static_cast<int>(member)); };
  tabs->on_frame = [](wasmqtt::TabGroup::Link from, wasmqtt::Bytes bytes) {
    report("frame", static_cast<int>(from), wasmqtt::as_text(bytes.first(std::min<std::size_t>(bytes.size(), 64))));
  };
  tabs->join();
}
EMSCRIPTEN_KEEPALIVE void probe_tabs_send(int link, const char* text) {
  tabs->send(static_cast<wasmqtt::TabGroup::Link>(link), wasmqtt::as_bytes(text));
}
EMSCRIPTEN_KEEPALIVE void probe_tabs_resign() { tabs->resign(); }
EMSCRIPTEN_KEEPALIVE void probe_tabs_depose(int epoch) { tabs->depose(static_cast<std::uint64_t>(epoch)); }
EMSCRIPTEN_KEEPALIVE void probe_tabs_leave() { tabs.reset(); }
}

int main() { return 0; }
