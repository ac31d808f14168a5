// The whole Client, driven by a program of bytes: inputs, commands, time, crashes. Whatever it is fed, what it sends is
// legal, what it holds is bounded, what it accepted ends once, and its clock asks for nothing that is over.
#include <memory>
#include <set>
#include <vector>

#include "broker_packets.hpp"
#include "outbound_rules.hpp"
#include "wasmqtt/client.hpp"
#include "wasmqtt/journal.hpp"

using namespace wasmqtt;
using namespace wasmqtt::fuzz;

namespace {

class Machine {
 public:
  explicit Machine(Input input) : input_(input) {
    const std::size_t kind = input_.below(3);
    protocol_ = kind == 0 ? Protocol::mqtt_3_1_1 : Protocol::mqtt_5;
    authenticates_ = kind == 2;
    settings_ = input_.u8();
    start();
  }

  void run() {
    for (unsigned steps = 0; !input_.empty() && steps < 4000; ++steps) step();
  }

 private:
  ClientOptions options() const {
    ClientOptions options;
    options.client_id = "c";
    options.clean_session = (settings_ & 1) != 0;
    options.journal = (settings_ & 2) != 0;
    options.manual_acknowledgement = (settings_ & 4) != 0;
    options.queue_qos0 = (settings_ & 8) != 0;
    options.overflow = static_cast<OverflowPolicy>((settings_ >> 4) % 3);
    options.strict_acknowledgements = (settings_ & 64) != 0;
    options.puback_ends_qos2 = (settings_ & 128) != 0;
    options.protocol = protocol_;
    if (authenticates_) options.authentication = {"M", {'1'}};
    options.session_expiry = 300;
    options.receive_maximum = 5;
    options.topic_alias_maximum = 2;
    options.topic_aliases = 2;
    options.in_flight_window = 5;
    options.queue_messages = 6;
    options.queue_bytes = 200;
    options.output_bytes = 300;
    options.answer_bytes = 100;
    options.max_packet_bytes = 400;
    options.max_requests = 3;
    options.max_unacknowledged = 7;
    options.trace = {20, 500, 60};
    return options;
  }

  void start() {
    client_ = std::make_unique<Client>(options());
    tokens_.clear();
    if (durable_.size() > 2000) compact_journal();
    if (!durable_.empty()) check(!client_->handle_restore(durable_, now_), "a client can read its own journal");
    rules_.restarted(client_->unfinished());
    waiting_.clear();
    drain();
  }

  void compact_journal() {
    auto compacted = compact(durable_);
    check(compacted.has_value(), "a journal can be compacted");
    durable_ = std::move(*compacted);
  }

  void step() {
    switch (input_.below(16)) {
      case 0: return open();
      case 1: case 2: case 3: case 4: return feed(broker_packet(input_, client_->version(), authenticates_));
      case 5: return closed();
      case 6: return pass_time();
      case 7: case 8: case 9: return publish();
      case 10: return request();
      case 11: return acknowledge();
      case 12: return end();
      case 13: return write();
      case 14: return durable();
      default: return crash_or_cancel();
    }
  }

  void open() {
    client_->handle_attempt("url", now_);
    const auto before = client_->pending_output().size();
    check(!client_->handle_transport_open(now_), "the options are right");
    if (!open_) outbound_.connection_opened();
    open_ = true;
    check(client_->pending_output().size() >= before, "opening writes");
    drain();
  }

  void feed(const ByteBuffer& bytes) {
    if (!open_) return;
    outbound_.received(bytes, client_->version());
    client_->handle_bytes(bytes, now_);
    drain();
  }

  void closed() {
    client_->handle_transport_closed({TransportFault::reset, 0, "reset", false}, now_);
    open_ = false;
    drain();
  }

  void pass_time() {
    now_ += std::chrono::milliseconds{input_.u16() * 10};
    client_->handle_timeout(now_);
    drain();
    const auto next = client_->next_timeout();
    check(!next || *next > now_, "no deadline is left that is over");
  }

  void publish() {
    const std::uint8_t choice = input_.u8();
    PublishOptions options;
    options.qos = static_cast<Qos>(choice % 3);
    options.retain = (choice & 8) != 0;
    options.latest_per_topic = (choice & 16) != 0;
    if ((choice & 32) != 0) options.time_to_live = std::chrono::seconds{choice % 7};
    const PropertyList properties = protocol_ == Protocol::mqtt_5 ? properties_of_ours() : PropertyList();
    options.properties = properties;
    const std::string topic = (choice & 64) != 0 ? input_.text() : "t/" + std::to_string(choice % 2);
    const auto counts = client_->counts();
    const auto delivery = client_->publish(topic, input_.bytes(), options, now_);
    if (delivery) {
      rules_.accepted(*delivery);
      if (delivery->number != 0) deliveries_.push_back(*delivery);
      if (options.qos == Qos::at_most_once && delivery->number != 0) qos0_.insert(delivery->number);
    } else {
      check(delivery.error().side() == Side::local, "a command's error is local");
      check(delivery.error().code() == Errc::queue_full || counts.queued == client_->counts().queued,
            "an error changes nothing");
    }
    drain();
  }

  PropertyList properties_of_ours() {
    PropertyList properties;
    const std::uint8_t flags = input_.u8();
    if ((flags & 1) != 0) (void)properties.add(PropertyId::message_expiry_interval, flags % 5);
    if ((flags & 2) != 0) (void)properties.add_user_property("k", std::string(flags % 32, 'v'));
    if ((flags & 4) != 0) (void)properties.add(PropertyId::payload_format_indicator, 1);
    return properties;
  }

  void request() {
    const std::string filter = input_.flag() ? input_.text() : "t/#";
    if (input_.flag()) {
      const TopicRequest requests[] = {{filter, static_cast<Qos>(input_.below(3))}, {"x", Qos::at_most_once}};
      (void)client_->subscribe(std::span(requests).first(1 + input_.below(2)), now_);
    } else {
      const std::string_view filters[] = {filter, "x"};
      (void)client_->unsubscribe(std::span(filters).first(1 + input_.below(2)), now_);
    }
    drain();
  }

  void acknowledge() {
    const std::uint8_t choice = input_.u8();
    const std::size_t index = choice % 8;
    const std::uint64_t token = index < tokens_.size() ? tokens_[index] : index;
    if ((choice & 64) == 0) client_->acknowledge(token, now_);
    else if (client_->refuse(token, ReasonCode::not_authorized, now_)) return;
    if (index < tokens_.size()) tokens_.erase(tokens_.begin() + static_cast<std::ptrdiff_t>(index));
    drain();
  }

  void end() {
    switch (input_.below(8)) {
      case 0: client_->disconnect(now_); break;
      case 1: client_->abort(now_); break;
      case 2: case 3: client_->probe(now_); break;
      default: return authenticate();
    }
    drain();
  }

  void authenticate() {
    const std::size_t choice = input_.below(4);
    const Bytes data = input_.bytes();
    if (choice == 0) client_->refuse_authentication(now_);
    else if (choice == 1) (void)client_->reauthenticate(data, now_);
    else (void)client_->authenticate(data, now_);
    check(authenticates_ || !client_->authenticating(), "nothing is authenticated that was not asked for");
    drain();
  }

  void write() {
    const Bytes output = client_->pending_output();
    check(output.size() <= client_->counts().output_bytes, "what may go is part of what waits");
    const std::size_t count = std::min<std::size_t>(output.size(), input_.u8() * 4u);
    if (open_) outbound_.bytes(output.first(count));
    client_->consume_output(count, now_);
    drain();
  }

  void take_journal() {
    const Bytes records = client_->pending_journal();
    check(records.empty() || client_->options().journal, "no records unless asked for");
    if (!records.empty()) waiting_.push_back({{records.begin(), records.end()}, client_->journal_position()});
    client_->take_journal();
  }

  void durable() {
    if (waiting_.empty()) return;
    const Batch batch = waiting_.front();
    waiting_.erase(waiting_.begin());
    durable_.insert(durable_.end(), batch.records.begin(), batch.records.end());
    client_->handle_journal_durable(batch.position);
    drain();
  }

  void crash_or_cancel() {
    if (input_.flag() && !deliveries_.empty()) {
      (void)client_->cancel(deliveries_[input_.below(deliveries_.size())], now_);
      return drain();
    }
    if (!client_->options().journal || !input_.flag()) return;
    open_ = false;
    qos0_.clear();
    deliveries_.clear();
    start();
  }

  void take_events() {
    while (const Event* event = client_->poll_event(now_)) {
      if (const auto* message = std::get_if<Message>(event)) {
        check(message->topic.find_first_of("+#") == std::string_view::npos, "no wildcard arrives");
        if (message->token != 0 && client_->options().manual_acknowledgement) tokens_.push_back(message->token);
      } else if (const auto* changed = std::get_if<DeliveryChanged>(event)) {
        rules_.changed(*changed, qos0_.count(changed->delivery.number) != 0);
      }
    }
    take_journal();
  }

  void drain() {
    take_events();
    if (open_ && client_->should_close()) {
      const Bytes output = client_->pending_output();
      outbound_.bytes(output);
      client_->consume_output(output.size(), now_);
      open_ = false;
      client_->handle_transport_closed({TransportFault::none, 0, {}, true}, now_);
      take_events();
    }
    check_bounds();
  }

  void check_bounds() const {
    const ClientOptions& options = client_->options();
    const Client::Counts counts = client_->counts();
    // A lost session puts what was in flight back into the queue, and a restart what a larger life had.
    check(counts.queued <= options.queue_messages + options.in_flight_window, "the queue is bounded");
    check(counts.in_flight <= options.in_flight_window, "the in-flight window is bounded");
    check(counts.requests <= options.max_requests, "requests are bounded");
    check(counts.unacknowledged <= options.max_unacknowledged, "unacknowledged messages are bounded");
    check(counts.received_ids <= 65'535, "received ids are bounded");
    // The limit, one packet beyond it, requests and answers; a turn's worth of answers more.
    check(counts.output_bytes <= 3000, "the output is bounded");
    check(rules_.open() == counts.queued + counts.in_flight, "every open delivery is held, and none else");
    check(client_->unfinished().size() == rules_.open(), "unfinished() lists them");
  }

  struct Batch {
    ByteBuffer records;
    std::uint64_t position;
  };

  Input input_;
  Protocol protocol_ = Protocol::mqtt_3_1_1;
  bool authenticates_ = false;
  unsigned settings_ = 0;
  Time now_{std::chrono::seconds{1'700'000'000}};
  std::unique_ptr<Client> client_;
  OutboundRules outbound_;
  DeliveryRules rules_;
  ByteBuffer durable_;
  std::vector<Batch> waiting_;
  std::vector<std::uint64_t> tokens_;
  std::vector<Delivery> deliveries_;
  std::set<std::uint64_t> qos0_;
  bool open_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Machine(Input({data, size})).run();
  return 0;
}
