#include "small_world.hpp"

#include <algorithm>

#include "chaos/verdict.hpp"
#include "client_fingerprint.hpp"

namespace wasmqtt::explore {

using namespace std::chrono_literals;
using Kind = Choice::Kind;

namespace {

constexpr std::string_view filter = "in/#";

std::vector<Step> script_of(const Mix& mix) {
  std::vector<Step> script = {{.kind = Step::Kind::subscribe, .topic = filter, .qos = Qos::exactly_once}};
  script.insert(script.end(), mix.out.begin(), mix.out.end());
  return script;
}

chaos::Weather weather_of(const Mix& mix) {
  return {.store_latency = chaos::ModelStore::when_told,
          .manual = mix.manual,
          .window = mix.window,
          .forward_on_release = mix.forward_on_release};
}

template <class Number>
std::uint8_t small(Number number) { return static_cast<std::uint8_t>(number); }

}  // namespace

SmallWorld::SmallWorld(const Mix& mix, const Faulties& faulties, Observer* observer)
    : mix_(mix),
      script_(script_of(mix)),
      budget_(mix.budget),
      observer_(observer),
      faulty_(faulties()),
      weather_(weather_of(mix)),
      store_(simulation_, chaos::ModelStore::when_told, {}, false),
      wire_(simulation_, ledger_, store_, 1s),
      broker_(simulation_, ledger_, mix.forward_on_release, 0),
      transport_(*this),
      loop_(simulation_),
      application_(simulation_, loop_, faulty_->transport(simulation_, transport_), faulty_->store(simulation_, store_), store_,
                   ledger_, wire_, weather_, *faulty_, mix.version, {script_, true}) {
  wire_.keep_no_trace();
  perform({Kind::start});
}

// ---- what may happen ----

bool SmallWorld::choices(Path& all) const {
  all.clear();
  add_progress(all);
  const bool rests = all.empty();
  add_faults(all);
  return rests;
}

// Between attempts, and when nothing arrives any more: without its timer the client would wait for ever.
bool SmallWorld::waits_for_timer() const {
  if (!application_.mqtt() || !loop_.timer()) return false;
  if (application_.state() == ConnectionState::waiting) return true;
  return link_lives() && (link_->stalled_in || link_->stalled_out);
}

void SmallWorld::add_progress(Path& all) const {
  const MqttClient* const mqtt = application_.mqtt();
  if (mqtt == nullptr) all.push_back({Kind::start});
  if (loop_.turn_requested()) all.push_back({Kind::turn});
  if (mqtt != nullptr && store_.waiting() != 0) all.push_back({Kind::durable});
  if (transport_.opening()) all.push_back({Kind::open});
  if (link_ && !link_->out.empty()) all.push_back({Kind::to_broker});
  if (link_lives() && !link_->in.empty()) all.push_back({Kind::to_client});
  if (link_lives() && link_->in.size() > 1) all.push_back({Kind::burst});
  if (link_lives() && link_->in.empty() && !link_->broker_open && !link_->stalled_in) all.push_back({Kind::end});
  if (mqtt != nullptr && !application_.script_done()) all.push_back({Kind::step});
  if (others_ < mix_.in.size()) all.push_back({Kind::other});
  for (std::size_t i = 0; mqtt != nullptr && i < application_.undecided(); ++i) all.push_back({Kind::acknowledge, small(i)});
  // While something else leads on, a timer comes too early.
  if (waits_for_timer()) all.push_back({Kind::retry});
}

void SmallWorld::add_faults(Path& all) const {
  const bool alive = application_.mqtt() != nullptr;
  const bool retries = waits_for_timer();
  if (may(Fault::cancel) && alive && application_.first_queued().number != 0) all.push_back({Kind::cancel});
  if (may(Fault::timer) && alive && loop_.timer() && !retries) all.push_back({Kind::timer});
  if (may(Fault::cut)) {
    if (transport_.opening()) all.push_back({Kind::refuse});
    const bool out = link_ && !link_->out.empty();
    if (link_lives() || out) all.push_back({Kind::cut});
    for (const int where : {0, 1}) {
      if (out) all.push_back({Kind::cut_to_broker, small(where)});
      if (link_lives() && !link_->in.empty()) all.push_back({Kind::cut_to_client, small(where)});
    }
  }
  if (link_lives() && link_->broker_open) {
    const bool stalled = link_->stalled_in || link_->stalled_out;
    for (const int which : {0, 1, 2}) {
      if (may(Fault::stall) && !stalled) all.push_back({Kind::stall, small(which)});
    }
    if (may(Fault::close)) all.push_back({Kind::close});
  }
  if (may(Fault::forget) && broker_.subscriptions() != nullptr) all.push_back({Kind::forget});
  if (may(Fault::crash) && alive) {
    for (std::size_t batches = 0; batches <= store_.waiting(); ++batches) all.push_back({Kind::kill, small(batches)});
  }
}

// ---- what happens ----

void SmallWorld::perform(Choice choice) {
  if (observer_ != nullptr) observer_->happens(choice);
  switch (choice.kind) {
    case Kind::start:
      application_.start();
      if (application_.steps_done() == 0) application_.take_step();
      break;
    case Kind::turn: loop_.take_turn(); break;
    case Kind::durable: store_.make_durable(); break;
    case Kind::open: open(); break;
    case Kind::to_broker: to_broker(); break;
    case Kind::to_client: to_client(1); break;
    case Kind::burst: to_client(link_->in.size()); break;
    case Kind::end: transport_.end(TransportFault::reset); break;
    case Kind::timer: spend(Fault::timer); [[fallthrough]];
    case Kind::retry:
      simulation_.pass_until(*loop_.timer());
      if (loop_.timer()) loop_.fire_timer();
      break;
    case Kind::step: application_.take_step(); break;
    case Kind::other: {
      const Step& step = mix_.in[others_++];
      broker_.publish_as(100 + static_cast<unsigned>(others_), std::string(step.topic), step.qos, step.retain);
      break;
    }
    case Kind::acknowledge: application_.acknowledge(choice.argument); break;
    case Kind::cancel:
      spend(Fault::cancel);
      application_.cancel(application_.first_queued());
      break;
    case Kind::refuse:
      spend(Fault::cut);
      transport_.end(TransportFault::refused);
      break;
    case Kind::cut:
      spend(Fault::cut);
      cut();
      break;
    case Kind::cut_to_broker:
    case Kind::cut_to_client:
      spend(Fault::cut);
      cut_inside(choice);
      break;
    case Kind::stall:
      spend(Fault::stall);
      stall(choice.argument);
      break;
    case Kind::close:
      spend(Fault::close);
      broker_.go_down({});
      break;
    case Kind::forget:
      spend(Fault::forget);
      forget();
      break;
    case Kind::kill:
      spend(Fault::crash);
      application_.die(choice.argument);
      break;
  }
  settle();
}

// What is due at this moment, and what the world does by itself.
void SmallWorld::settle() {
  simulation_.pass_until(simulation_.now());
  application_.after_event();
}

// Once a process lives that will not be killed, nobody reads the store any more.
bool SmallWorld::store_matters() const { return may(Fault::crash) || application_.mqtt() == nullptr; }

void SmallWorld::note_durable() {
  if (!store_matters() || store_.records().size() == durable_size_) return;
  durable_size_ = store_.records().size();
  durable_print_ = restored_fingerprint(store_.records());
}

void SmallWorld::open() {
  link_ = std::make_shared<SmallLink>(links_++);
  wire_.connection_opened(link_->index());
  broker_.link_opened(link_);
  transport_.opened(link_);
}

void SmallWorld::client_wrote(Bytes bytes) {
  if (observer_ != nullptr) observer_->packet(Direction::outbound, bytes, false);
  ++faulty_print_;
  wire_.client_wrote(bytes);
}

void SmallWorld::to_broker() {
  const auto link = link_;
  const ByteBuffer packet = std::move(link->out.front());
  link->out.erase(link->out.begin());
  if (observer_ != nullptr) observer_->packet(Direction::outbound, packet, true);
  broker_.bytes(*link, packet);
  end_unless_out();
}

// What the client has sent before it closed arrives first.
void SmallWorld::end_unless_out() {
  const auto link = link_;
  if (link && !link->client_open && link->out.empty() && !link->stalled_out && link->broker_open) broker_.link_closed(*link);
}

void SmallWorld::to_client(std::size_t packets) {
  const auto link = link_;
  ByteBuffer bytes;
  for (std::size_t i = 0; i < packets; ++i) {
    if (observer_ != nullptr) observer_->packet(Direction::inbound, link->in[i], true);
    bytes.insert(bytes.end(), link->in[i].begin(), link->in[i].end());
  }
  link->in.erase(link->in.begin(), link->in.begin() + static_cast<std::ptrdiff_t>(packets));
  link->arrived_in += bytes.size();
  wire_.client_receives(bytes);
  transport_.receive(bytes);
}

// Both ends learn of it. What one of them would still have got is another way into the same states: it arrived before.
void SmallWorld::cut() {
  const auto link = link_;
  link->out.clear();
  if (link->client_open) transport_.end(TransportFault::reset);
  if (link->broker_open) broker_.link_closed(*link);
}

void SmallWorld::cut_inside(Choice choice) {
  const auto link = link_;
  const bool out = choice.kind == Kind::cut_to_broker;
  const ByteBuffer packet = out ? link->out.front() : link->in.front();
  const Bytes part = Bytes(packet).first(choice.argument == 0 ? 1 : packet.size() - 1);
  if (out) {
    broker_.bytes(*link, part);
  } else {
    link->arrived_in += part.size();
    wire_.client_receives(part);
    transport_.receive(part);
  }
  cut();
}

void SmallWorld::stall(std::uint8_t which) {
  link_->stalled_out = which != 2;
  link_->stalled_in = which != 1;
  if (link_->stalled_out) link_->out.clear();
  if (link_->stalled_in) link_->in.clear();
}

void SmallWorld::forget() {
  chaos::note_forgotten(ledger_, store_);
  broker_.forget();
}

// ---- the end ----

std::string SmallWorld::unfinished() const {
  if (std::string left = application_.unfinished(); !left.empty()) return left;
  if (!broker_.idle()) return "the broker has messages under way";
  if (*broker_.subscriptions() != application_.wanted()) return "the broker's subscriptions are not the application's";
  return {};
}

void SmallWorld::finish() {
  if (const std::string left = unfinished(); !left.empty()) return ledger_.fail("the run does not end: " + left);
  sign_off();
  chaos::judge(ledger_, store_);
}

void SmallWorld::sign_off() {
  const unsigned wills = ledger_.wills;
  budget_ = {};
  application_.disconnect();
  settle();
  Path next;
  while (application_.state() != ConnectionState::stopped || (link_ && !link_->out.empty())) {
    choices(next);
    if (next.empty()) return ledger_.fail("disconnect() does not end");
    perform(next.front());
  }
  if (!wire_.disconnect_sent() || !broker_.saw_disconnect()) ledger_.fail("no DISCONNECT came [MQTT-3.14.4-1]");
  if (ledger_.wills != wills) ledger_.fail("a will was published after DISCONNECT [MQTT-3.1.2-10]");
}

// ---- what matters ----

std::uint64_t SmallWorld::fingerprint() const {
  chaos::Fingerprint print;
  for (const std::uint8_t left : budget_) print << left;
  print << others_ << (store_matters() ? durable_print_ : 0) << loop_.turn_requested() << transport_.opening();
  if (mix_.version == ProtocolVersion::mqtt_5) print << links_ % 4;  // what the broker will say on the next one
  print << (link_ != nullptr);
  if (link_) link_->add_to(print);
  ledger_.add_to(print, simulation_.now(), wire_.connection());
  broker_.add_to(print);
  wire_.add_to(print);
  application_.add_to(print);
  store_.add_to(print, application_.labels());
  if (application_.mqtt() != nullptr) add_client(print, *application_.mqtt(), application_.labels(), simulation_.now());
  if (faulty_->remembers()) print << faulty_print_ << store_.appended();
  return print.value();
}

}  // namespace wasmqtt::explore
