// libmosquitto, as the distribution has it, for the judge: its lines in, its reports out (../README.md).
// One thread: it waits for a line or for the network, whichever comes first.
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "hex.hpp"

namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr int poll_milliseconds = 20;
constexpr auto reconnect_after = std::chrono::milliseconds(50);

void report(const char* is, Json more = Json::object()) {
  more["is"] = is;
  std::cout << more.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
}

using judge::from_hex;
using judge::to_hex;

// What the library has no way to say, or no code for.
struct NotOffered {};

// C's strings end at U+0000.
std::string c_string(const Json& command, const char* key) {
  std::string text = command.at(key);
  if (text.find('\0') != std::string::npos) throw NotOffered{};
  return text;
}

struct Properties {
  ~Properties() { mosquitto_property_free_all(&list); }
  void add(const Json& command, const char* key, int id, bool wide) {
    if (!command.contains(key)) return;
    const auto value = command.at(key).get<std::uint32_t>();
    if (wide) mosquitto_property_add_int32(&list, id, value);
    else mosquitto_property_add_int16(&list, id, static_cast<std::uint16_t>(value));
  }
  mosquitto_property* list = nullptr;
};

// One client, from its connect command to the next one.
class Client {
 public:
  explicit Client(const Json& options) : keep_alive_(options.at("keep_alive")), version5_(options.at("version") == 5) {
    const std::string id = options.at("client_id");
    mosquitto_.reset(mosquitto_new(id.empty() ? nullptr : id.c_str(), options.at("clean"), this));
    if (!mosquitto_) throw std::runtime_error("libmosquitto refuses client id and clean session");
    configure(options);
    const std::string url = options.at("url");
    const auto colon = url.rfind(':');
    properties_.add(options, "session_expiry", MQTT_PROP_SESSION_EXPIRY_INTERVAL, true);
    properties_.add(options, "maximum_packet_size", MQTT_PROP_MAXIMUM_PACKET_SIZE, true);
    // It would announce this, too, and then not know the aliases.
    if (options.contains("topic_alias_maximum")) throw NotOffered{};
    check(mosquitto_connect_bind_v5(mosquitto_.get(), "127.0.0.1", std::stoi(url.substr(colon + 1)), keep_alive_, nullptr,
                                    version5_ ? properties_.list : nullptr));
  }

  void publish(const Json& command) {
    const std::string payload = from_hex(command.at("payload"));
    Properties properties;
    properties.add(command, "topic_alias", MQTT_PROP_TOPIC_ALIAS, false);
    const std::string topic = c_string(command, "topic");
    int id = 0;
    check(mosquitto_publish_v5(mosquitto_.get(), &id, topic.c_str(), static_cast<int>(payload.size()), payload.data(),
                               command.at("qos"), command.value("retain", false), properties.list));
    published_[id] = command.at("tag");
    if (early_ == id) on_publish(mosquitto_.get(), this, id, 0, nullptr);
    early_ = 0;
  }

  void subscribe(const Json& command) {
    int id = 0;
    check(mosquitto_subscribe(mosquitto_.get(), &id, c_string(command, "filter").c_str(), command.at("qos")));
    asked_[id] = command.at("tag");
  }

  void unsubscribe(const Json& command) {
    int id = 0;
    check(mosquitto_unsubscribe(mosquitto_.get(), &id, c_string(command, "filter").c_str()));
    asked_[id] = command.at("tag");
  }

  void disconnect() {
    over_ = true;
    check(mosquitto_disconnect(mosquitto_.get()));
  }

  // Whether the socket or a line of the judge came first.
  void turn() {
    if (lost_) {
      if (over_ || Clock::now() < *again_) return;
      *again_ = Clock::now() + reconnect_after;
      lost_ = mosquitto_reconnect(mosquitto_.get()) != MOSQ_ERR_SUCCESS;
      return;
    }
    const int result = mosquitto_loop(mosquitto_.get(), 0, 1);
    if (result == MOSQ_ERR_SUCCESS) return;
    lost_ = true;
    *again_ = Clock::now() + reconnect_after;
    if (!told_) report("closed", {{"reason", mosquitto_strerror(result)}});
    told_ = false;
  }

  int socket() const { return lost_ ? -1 : mosquitto_socket(mosquitto_.get()); }
  bool wants_write() const { return mosquitto_want_write(mosquitto_.get()); }

 private:
  static void check(int result) {
    if (result != MOSQ_ERR_SUCCESS) throw std::runtime_error(mosquitto_strerror(result));
  }
  static Client& of(void* self) { return *static_cast<Client*>(self); }

  void configure(const Json& options) {
    mosquitto* client = mosquitto_.get();
    mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, version5_ ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311);
    if (options.contains("receive_maximum")) mosquitto_int_option(client, MOSQ_OPT_RECEIVE_MAXIMUM, options.at("receive_maximum"));
    if (options.contains("username")) {
      // The password is a string of C, without U+0000.
      const std::string password = from_hex(options.value("password", ""));
      check(mosquitto_username_pw_set(client, options.at("username").get<std::string>().c_str(),
                                      options.contains("password") ? password.c_str() : nullptr));
    } else if (options.contains("password")) {
      throw std::runtime_error("a password without a user name");
    }
    if (options.contains("will")) {
      const Json& will = options.at("will");
      const std::string payload = from_hex(will.at("payload"));
      check(mosquitto_will_set(client, will.at("topic").get<std::string>().c_str(), static_cast<int>(payload.size()), payload.data(),
                               will.at("qos"), will.at("retain")));
    }
    mosquitto_connect_v5_callback_set(client, on_connect);
    mosquitto_disconnect_v5_callback_set(client, on_disconnect);
    mosquitto_message_v5_callback_set(client, on_message);
    mosquitto_publish_v5_callback_set(client, on_publish);
    mosquitto_subscribe_callback_set(client, on_subscribe);
    mosquitto_unsubscribe_callback_set(client, on_unsubscribe);
  }

  static void on_connect(mosquitto*, void* self, int code, int flags, const mosquitto_property*) {
    of(self).told_ = code != 0;
    if (code == 0) report("connected", {{"session_present", (flags & 1) != 0}});
    else report("closed", {{"reason", "refused, code " + std::to_string(code)}});
  }
  static void on_disconnect(mosquitto*, void* self, int code, const mosquitto_property*) {
    if (!of(self).told_) report("closed", {{"reason", mosquitto_strerror(code)}});
    of(self).told_ = true;
  }
  static void on_message(mosquitto*, void*, const mosquitto_message* message, const mosquitto_property*) {
    report("message", {{"topic", message->topic}, {"payload", to_hex(message->payload, static_cast<std::size_t>(message->payloadlen))}, {"qos", message->qos},
                       {"retain", message->retain}});
  }
  static void on_publish(mosquitto*, void* self, int id, int code, const mosquitto_property*) {
    Client& client = of(self);
    const auto found = client.published_.find(id);
    if (found == client.published_.end()) {
      client.early_ = id;  // QoS 0: within the call
      return;
    }
    if (code >= 0x80) report("failed", {{"tag", found->second}, {"reason", mosquitto_reason_string(code)}});
    else report("delivered", {{"tag", found->second}});
    client.published_.erase(found);
  }
  static void on_subscribe(mosquitto*, void* self, int id, int count, const int* granted) {
    const auto found = of(self).asked_.find(id);
    if (found == of(self).asked_.end()) return;
    report("subscribed", {{"tag", found->second}, {"granted", count > 0 ? granted[0] : -1}});
    of(self).asked_.erase(found);
  }
  static void on_unsubscribe(mosquitto*, void* self, int id) {
    const auto found = of(self).asked_.find(id);
    if (found == of(self).asked_.end()) return;
    report("unsubscribed", {{"tag", found->second}});
    of(self).asked_.erase(found);
  }

  struct Destroy {
    void operator()(mosquitto* client) const { mosquitto_destroy(client); }
  };
  std::unique_ptr<mosquitto, Destroy> mosquitto_;
  Properties properties_;
  int keep_alive_;
  bool version5_;
  bool over_ = false;
  bool lost_ = false;
  bool told_ = false;
  int early_ = 0;
  std::unique_ptr<Clock::time_point> again_ = std::make_unique<Clock::time_point>();
  std::map<int, std::string> published_;
  std::map<int, std::string> asked_;
};

class Adapter {
 public:
  void run() {
    int major = 0, minor = 0, revision = 0;
    mosquitto_lib_version(&major, &minor, &revision);
    const std::string version = std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(revision);
    report("ready", {{"name", "libmosquitto " + version}, {"transport", "tcp"}, {"versions", {4, 5}}});
    while (read_lines()) {
      if (client_) client_->turn();
    }
  }

 private:
  // False at the end of the input.
  bool read_lines() {
    pollfd waiting[2] = {{STDIN_FILENO, POLLIN, 0}, {client_ ? client_->socket() : -1, POLLIN, 0}};
    if (client_ && client_->wants_write()) waiting[1].events |= POLLOUT;
    poll(waiting, 2, poll_milliseconds);
    if (waiting[0].revents == 0) return true;
    char block[65536];
    const ssize_t count = read(STDIN_FILENO, block, sizeof block);
    if (count <= 0) return false;
    input_.append(block, static_cast<std::size_t>(count));
    for (auto end = input_.find('\n'); end != std::string::npos; end = input_.find('\n')) {
      handle(Json::parse(input_.substr(0, end)));
      input_.erase(0, end + 1);
    }
    return true;
  }

  void handle(const Json& command) {
    try {
      act(command.at("do"), command);
    } catch (const NotOffered&) {
      report("not_offered");
    } catch (const std::exception& error) {
      Json failure = {{"reason", error.what()}};
      if (command.contains("tag")) failure["tag"] = command.at("tag");
      report("failed", std::move(failure));
    }
  }

  void act(const std::string& name, const Json& command) {
    if (name == "forget") {
      client_.reset();
      report("forgotten");
    }
    if (name == "echo") report("echo", {{"tag", command.at("tag")}});
    if (name == "connect") client_ = std::make_unique<Client>(command);
    if (!client_) return;
    if (name == "publish") client_->publish(command);
    if (name == "subscribe") client_->subscribe(command);
    if (name == "unsubscribe") client_->unsubscribe(command);
    if (name == "disconnect") client_->disconnect();
  }

  std::unique_ptr<Client> client_;
  std::string input_;
};

}  // namespace

int main() {
  mosquitto_lib_init();
  Adapter().run();
  mosquitto_lib_cleanup();
}
