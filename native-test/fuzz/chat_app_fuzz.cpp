// ChatApp on a loop and a transport that the input drives: a hostile broker, a damaged store, any address, any file, and a user who does what the
// intents allow, in an order that the bytes choose. Whatever comes, it stays within its bounds, shows nothing of a user who has
// signed out, and the password stands in no packet that is shown or exported.
#include <array>
#include <memory>

#include "broker_packets.hpp"
#include "chat/chat_app.hpp"
#include "chat/mosquitto_pub.hpp"
#include "chat/packet_exchange.hpp"
#include "chat/packet_export.hpp"
#include "chat/packet_fields.hpp"
#include "chat/packet_list.hpp"
#include "chat/packet_message.hpp"
#include "chat/pcapng.hpp"
#include "chat/records.hpp"
#include "chat/topic_tree.hpp"
#include "support/virtual_loop.hpp"
#include "wasmqtt/decode.hpp"

using namespace wasmqtt;
using namespace wasmqtt::fuzz;

namespace {

constexpr std::string_view secret = "Hunter2-Hunter2";
constexpr std::array<std::string_view, 4> users = {"alice", "bob", "admin", "\xD7\x93\xD7\x95\xD7\x93"};
constexpr std::string_view room = "AAAAAAAAAAAAAAAA";

class Zone final : public chat::LocalTime {
 public:
  explicit Zone(const EventLoop& loop) : loop_(loop) {}
  Time now() const override { return loop_.now() + shift; }
  std::chrono::minutes offset_at(Time) const override { return std::chrono::minutes{345}; }
  Duration shift{};

 private:
  const EventLoop& loop_;
};

// Answers what a broker has to answer; everything else the input says.
class Broker final : public Transport {
 public:
  void open(const std::string&, TransportObserver& observer) override {
    observer_ = &observer;
    is_open_ = false;
    sent_.clear();
  }
  std::size_t write(Bytes bytes) override {
    sent_.insert(sent_.end(), bytes.begin(), bytes.end());
    return bytes.size();
  }
  void close() override {
    observer_ = nullptr;
    is_open_ = false;
  }

  void opened() {
    if (observer_ == nullptr || is_open_) return;
    is_open_ = true;
    observer_->on_transport_open();
  }
  void say(Bytes bytes) {
    if (observer_ != nullptr && is_open_) observer_->on_transport_bytes(bytes);
  }
  void say(const Packet& packet) {
    ByteBuffer bytes;
    if (!encode(packet, bytes, version_, Direction::inbound)) say(bytes);
  }
  void cut(TransportFault fault) {
    is_open_ = false;
    if (TransportObserver* observer = std::exchange(observer_, nullptr)) observer->on_transport_closed({fault, 0, {}, false});
  }
  void answer(bool session_present, std::uint8_t granted) {
    for (unsigned packets = 0; packets < 64; ++packets) {
      FrameReader reader(max_remaining_length);
      Frame frame;
      reader.feed(sent_);
      if (reader.next(frame) != FrameReader::Status::frame) return;
      const ByteBuffer one(frame.whole.begin(), frame.whole.end());
      const std::size_t header = frame.whole.size() - frame.body.size();
      sent_.erase(sent_.begin(), sent_.begin() + static_cast<std::ptrdiff_t>(one.size()));
      const Bytes whole(one);
      // Its seventh byte is the level of the protocol.
      if (one[0] == 0x10 && frame.body.size() > 6) version_ = whole[header + 6] == 5 ? ProtocolVersion::mqtt_5 : ProtocolVersion::mqtt_3_1_1;
      const auto packet = decode({whole[0], whole.subspan(header), whole}, Direction::outbound, version_);
      check(packet.has_value(), "only legal packets are sent");
      answer(*packet, session_present, granted);
    }
  }

 private:
  void answer(const Packet& packet, bool session_present, std::uint8_t granted) {
    if (std::holds_alternative<Connect>(packet)) return say(Connack{session_present});
    if (std::holds_alternative<Pingreq>(packet)) return say(Pingresp{});
    if (const auto* publish = std::get_if<Publish>(&packet)) {
      if (publish->qos == Qos::at_least_once) say(Puback{publish->packet_id, {}, {}});
    } else if (const auto* subscribe = std::get_if<Subscribe>(&packet)) {
      std::vector<std::uint8_t> codes(subscribe->requests.size(), granted);
      say(Suback{subscribe->packet_id, codes});
    } else if (const auto* unsubscribe = std::get_if<Unsubscribe>(&packet)) {
      std::vector<std::uint8_t> codes(version_ == ProtocolVersion::mqtt_5 ? unsubscribe->filters.size() : 0);
      say(Unsuback{unsubscribe->packet_id, codes});
    }
  }

  TransportObserver* observer_ = nullptr;
  bool is_open_ = false;
  ProtocolVersion version_ = ProtocolVersion::mqtt_3_1_1;
  ByteBuffer sent_;
};

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

class Machine {
 public:
  explicit Machine(Input input) : input_(input) {
    const unsigned start = input_.u8();
    fill_store();
    chat::Settings settings = (start & 8) != 0 ? chat::settings_from_query(input_.text()) : chat::stage_settings(10 + 10 * static_cast<int>(start % 6));
    if ((start & 16) != 0) settings.mqtt5 = true;
    app_ = std::make_unique<chat::ChatApp>(
        chat::Platform{.loop = loop_, .transport = trouble_, .store = store_, .zone = zone_, .page = {}, .trouble = &trouble_}, settings);
    app_->on_download = [](const std::string&, const std::string& text) { check(text.find(secret) == std::string::npos, "no password is exported"); };
    app_->on_copy = [](const std::string& text) { check(text.find(secret) == std::string::npos, "no password is copied"); };
    app_->on_address = [](const std::string& query) { check(query.find(secret) == std::string::npos, "no password stands in the address"); };
    app_->on_load_text = [](chat::TextFile) {};
    app_->on_unseen_message = [](const std::string&, const std::string&) {};
    app_->handle_notifications(chat::Notifications::on);
  }

  void run() {
    for (unsigned steps = 0; !input_.empty() && steps < 500; ++steps) {
      step();
      app_->update();
      check_state();
    }
    look_at_packets();
    const bool signed_in = app_->state().screen == chat::Screen::chat;
    app_->handle(chat::Logout{});
    check_state();
    check(!signed_in || (app_->state().notices.list().empty() && app_->state().trace == nullptr), "nor notices and packets");
  }

 private:
  std::string name() { return input_.below(4) == 0 ? input_.text() : std::string(users[input_.below(users.size())]); }
  chat::ConversationKey key() {
    const auto& all = app_->state().conversations.newest_first();
    if (!all.empty() && input_.below(4) != 0) return all[input_.below(all.size())]->key();
    return input_.flag() ? chat::ConversationKey::of_room(room) : chat::ConversationKey(app_->state().user, name());
  }

  // Some records of the account that signs in, as they are or damaged.
  void fill_store() {
    const std::size_t count = input_.below(6);
    for (std::size_t i = 0; i < count; ++i) {
      const std::string account = chat::account_prefix("alice", "ws://localhost:" + std::string(input_.flag() ? "8081" : "8082"));
      const std::string numbered = "m\nalice/bob\n000000000000000" + std::to_string(i);
      const std::array<std::string, 7> keys = {account, account + "c\nalice/bob", account + "c\n#" + std::string(room), account + numbered,
                                               "device", "waiting\nalice/ws://localhost:8081", account + input_.text()};
      const chat::Record record{keys[input_.below(keys.size())], record_value(i)};
      store_.put({&record, 1}, {});
    }
  }
  std::string record_value(std::size_t i) {
    const std::string number = input_.flag() ? std::to_string(i + 1) : input_.text();
    switch (input_.below(4)) {
      case 0: return "{\"id\":\"" + std::to_string(i) + "\",\"from\":\"" + name() + "\",\"text\":\"t\",\"sent\":" + number + ",\"arrived\":" + number +
                     ",\"state\":" + std::to_string(input_.below(9)) + ",\"number\":" + number + "}";
      case 1: return "{\"unread\":" + number + ",\"draft\":\"d\",\"active\":" + number + ",\"drafted\":" + number + ",\"read\":" + number +
                     ",\"cleared\":" + number + "}";
      case 2: return "{\"format\":" + number + "}";
      default: return input_.text();
    }
  }

  std::string topic() {
    const std::string who = name(), me = app_->state().user.empty() ? "alice" : app_->state().user;
    const std::array<std::string, 3> steps = {"", "/accepted", "/rejected"};
    const std::string step = steps[input_.below(3)];
    switch (input_.below(6)) {
      case 0: return "chat/status/" + who;
      case 1: return "chat/groups/of/" + me;
      case 2: return "chat/groups/answer/" + me;
      case 3: return "chat/rooms/" + std::string(room) + "/" + who + step;
      case 4: return "chat/messages/" + who + "/" + me + step;
      default: return "chat/messages/" + me + "/" + who + step;
    }
  }
  std::string payload() {
    const std::array<std::string_view, 4> times = {"2023-11-14T23:13:20+01:00", "9999-12-31T23:59:60-23:59", "1970-01-01T00:00:00+23:59", "2023-11-14"};
    const std::string time = quoted(times[input_.below(times.size())]), text = quoted(input_.flag() ? input_.text() : "x");
    switch (input_.below(7)) {
      case 0: return "{\"status\":" + std::string(input_.flag() ? "\"online\"" : "\"offline\"") + ",\"lastOnlineTimestamp\":" + time + "}";
      case 1: return "{\"rooms\":[{\"room\":" + quoted(room) + ",\"name\":" + text + ",\"owner\":\"alice\",\"members\":[\"alice\"," + text + "],\"since\":" + time + "}]}";
      case 2: return "{\"requestId\":" + text + ",\"accepted\":" + (input_.flag() ? "true" : "false") + ",\"reason\":" + text + ",\"room\":" + quoted(room) + "}";
      case 3: return "{\"messageId\":\"1\",\"reason\":" + text + "}";
      case 4: return input_.text();
      default: return "{\"messageId\":\"" + std::to_string(input_.below(5)) + "\",\"content\":" + text + ",\"timestamp\":" + time + "}";
    }
  }
  void publish() {
    const std::string to = topic(), what = payload();
    const auto qos = static_cast<Qos>(input_.below(2));
    const PacketId id = qos == Qos::at_most_once ? PacketId{0} : static_cast<PacketId>(1 + input_.below(5));
    broker_.say(Publish{to, as_bytes(what), id, qos, input_.flag(), false});
  }

  void step() {
    switch (input_.below(16)) {
      case 0: return sign_in();
      case 1: return broker_.opened();
      case 2: case 3: return answer();
      case 4: case 5: case 6: case 7: return publish();
      case 8: return broker_.say(input_.bytes());
      case 9: return broker_.cut(static_cast<TransportFault>(input_.below(16)));
      case 10: return loop_.advance(std::chrono::milliseconds{input_.u16()});
      case 11: return platform();
      default: return user();
    }
  }
  void answer() {
    loop_.run_turns();
    broker_.answer(input_.flag(), input_.below(8) == 0 ? 0x80 : 1);
    loop_.run_turns();
  }
  void sign_in() {
    app_->handle(chat::SignIn{name(), std::string(secret)});
    loop_.run_turns();
    broker_.opened();
    answer();
    answer();
  }

  void platform() {
    switch (input_.below(12)) {
      case 0: return app_->handle_visible(input_.flag());
      case 1: return app_->handle_drawing(input_.flag());
      case 2: return app_->handle_leave();
      case 3: return app_->handle_wake();
      case 4: return app_->handle_online();
      case 5: return app_->handle_offline();
      case 6: return app_->handle_signed_in_elsewhere(name(), "ws://localhost:8081", input_.flag());
      case 7: return app_->handle_address(as_text(input_.bytes()));
      case 8: return app_->handle_text(static_cast<chat::TextFile>(input_.below(2)), as_text(input_.bytes()));
      case 9: return app_->handle_file("file", as_text(input_.bytes()));
      case 10: return app_->handle_file("file", chat::write_pcapng(app_->state().trace == nullptr ? PacketTrace() : *app_->state().trace));
      default: zone_.shift = std::chrono::minutes{input_.u16()} - std::chrono::hours{500};
    }
  }

  void user() {
    switch (input_.below(26)) {
      case 0: return app_->handle(chat::Logout{});
      case 1: return app_->handle(chat::UseHere{});
      case 2: return app_->handle(chat::ConnectNow{});
      case 3: return app_->handle(chat::AddChat{name()});
      case 4: return ask_groups();
      case 5: case 6: return app_->handle(chat::OpenChat{key()});
      case 7: return app_->handle(chat::ReadUpTo{key(), input_.u8(), input_.flag()});
      case 8: return app_->handle(chat::ClearChat{key()});
      case 9: return app_->handle(chat::RemoveChat{key()});
      case 10: return app_->handle(chat::LeaveChat{});
      case 11: case 12: case 13: return app_->handle(chat::SendMessage{key(), input_.text()});
      case 14: return app_->handle(chat::RetryMessage{key(), std::to_string(input_.below(5))});
      case 15: return app_->handle(chat::SaveDraft{key(), input_.text()});
      case 16: return app_->handle(chat::ExportPackets{static_cast<chat::PacketFile>(input_.below(2))});
      case 17: return app_->handle(chat::ClosePackets{});
      case 18: return app_->handle(chat::ClearPackets{});
      case 19: return app_->handle(chat::WatchSession{input_.flag()});
      case 20: return app_->handle(chat::MakeTrouble{static_cast<chat::Trouble>(input_.below(5)), input_.flag()});
      case 21: return app_->handle(chat::PublishTopic{.topic = topic(), .payload = input_.text(), .qos = static_cast<Qos>(input_.below(3)), .content_type = input_.text()});
      case 22: return app_->handle(chat::SubscribeTopic{input_.flag() ? "chat/#" : topic(), static_cast<Qos>(input_.below(3))});
      case 23: return app_->handle(chat::UnsubscribeTopic{input_.flag() ? "chat/#" : topic()});
      case 24: return app_->handle(chat::SendInLanes{});
      default: {
        chat::Settings settings = chat::settings_from_query("?stage=" + std::to_string(10 + 10 * input_.below(6)));
        settings.mqtt5 = input_.flag();
        return app_->handle(chat::ChangeSettings{settings});
      }
    }
  }
  void ask_groups() {
    app_->handle(chat::AskGroups{{.request_id = {}, .action = static_cast<chat::GroupAction>(input_.below(7)), .room = std::string(room),
                                  .name = name(), .user = name()}});
  }

  void check_state() {
    const chat::State& state = app_->state();
    std::size_t bytes = 0;
    for (const chat::Conversation* conversation : state.conversations.newest_first()) {
      std::size_t own = 0;
      for (const chat::ChatMessage& message : conversation->messages()) own += message.bytes();
      check(own == conversation->bytes(), "the bytes of a conversation are counted");
      bytes += own;
      (void)chat::write_obstacle(state, conversation->key());
      (void)chat::delivery_hint(state, conversation->key());
      (void)conversation->heading_for(state.user);
      (void)state.zone->short_day(conversation->active_at(), state.clock);
      for (const chat::ChatMessage& message : conversation->messages()) (void)state.zone->day(message.sent_at, state.clock);
    }
    check(bytes == state.conversations.bytes(), "the bytes of all are counted");
    check(chat::page_title(state).find(secret) == std::string::npos, "no password stands in the title");
    if (state.screen == chat::Screen::login && !state.signing_in) {
      check(state.conversations.size() == 0 && state.user.empty(), "who has signed out has left nothing");
    }
    (void)app_->next_change();
  }

  void look_at_packets() {
    const chat::State& state = app_->state();
    if (state.trace == nullptr) return;
    const PacketTrace& trace = *state.trace;
    chat::PacketList list;
    chat::PacketBrackets brackets;
    chat::TopicTree tree;
    list.update(trace, {.pings = true, .text = "chat/#"});
    list.update(trace, {.pings = true});
    brackets.update(trace, list);
    tree.update(trace);
    for (std::uint64_t number = trace.first(); number != trace.end(); ++number) {
      const TraceEntry& entry = trace[number];
      const Bytes bytes = trace.bytes(entry);
      check(as_text(bytes).find(secret) == std::string_view::npos, "the trace holds no password");
      check(chat::packet_json(chat::packet_fields(entry, bytes, trace.alias_topic(entry))).find(secret) == std::string::npos, "nor its details");
      (void)chat::make_row(trace, number, list.start());
      (void)chat::exchange_of(trace, number);
      (void)chat::message_of(trace, number, state.conversations);
      (void)chat::mosquitto_pub_command(entry, bytes, trace.alias_topic(entry), "localhost", state.user);
    }
    check(chat::export_json_lines(trace).find(secret) == std::string::npos, "nor what is exported");
  }

  Input input_;
  test::VirtualLoop loop_;
  Broker broker_;
  chat::TroubleTransport trouble_{broker_, loop_};
  chat::MemoryChatStore store_;
  Zone zone_{loop_};
  std::unique_ptr<chat::ChatApp> app_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Machine(Input({data, size})).run();
  return 0;
}
