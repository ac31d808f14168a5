// The tabs of a hub: links, joining and leaving, and how much may wait for one that does not read.
#include <algorithm>
#include <utility>

#include "hub_impl.hpp"

namespace wasmqtt {
namespace {

constexpr std::size_t least_window = 32 * 1024;  // members tell what they have taken after half of it
constexpr std::size_t piece_bytes = 64 * 1024;

}  // namespace

// ---- links ----

SharedHub::Link SharedHub::Impl::link_opened(SharedLink& link, bool own) {
  Tab& tab = *tabs_.emplace_back(std::make_unique<Tab>());
  tab.number = ++last_link_;
  tab.link = &link;
  tab.own = own;
  return tab.number;
}

SharedHub::Impl::Tab* SharedHub::Impl::find_tab(Link link) {
  const auto found = std::find_if(tabs_.begin(), tabs_.end(), [link](const auto& tab) { return tab->number == link; });
  return found == tabs_.end() ? nullptr : found->get();
}

void SharedHub::Impl::link_closed(Link link) {
  Tab* const tab = find_tab(link);
  if (tab == nullptr) return;
  part(*tab);
  tab->number = 0;
  tab->link = nullptr;
  forget_closed();
  timers_.request_turn();
}

// One that closes while it is being sent to, or another is, keeps its place until then.
void SharedHub::Impl::forget_closed() {
  if (sending_ == 0) std::erase_if(tabs_, [](const auto& tab) { return tab->link == nullptr; });
}

void SharedHub::Impl::handle_frames(Link link, Bytes frames) {
  Tab* const tab = find_tab(link);
  PieceReader piece(frames);
  if (tab == nullptr || quiet_ || tab->refused || !piece.good() || piece.epoch() != epoch_) return;
  if (piece.version() != link_version) return refuse(*tab, JoinRefused::Reason::version);
  if (!loaded_) {
    std::size_t held = frames.size();
    for (const ByteBuffer& early : tab->early) held += early.size();
    if (held > shared_.queue_bytes) return refuse(*tab, JoinRefused::Reason::not_understood);
    tab->early.emplace_back(frames.begin(), frames.end());
    // Who asks whether we live is answered all the same.
    LinkWriter(LinkFrame::pong, tab->ahead);
    timers_.request_turn();
    return;
  }
  LinkFrame type{};
  Bytes body;
  while (!tab->refused && piece.next(type, body)) {
    if (!handle(*tab, type, body)) return refuse(*tab, JoinRefused::Reason::not_understood);
  }
  if (!piece.good()) return refuse(*tab, JoinRefused::Reason::not_understood);
  check_gathered();
  timers_.request_turn();
}

// False: no frame that can be.
bool SharedHub::Impl::handle(Tab& tab, LinkFrame type, Bytes body) {
  LinkReader frame(body);
  if (type == LinkFrame::hello) return handle_hello(tab, frame);
  if (type == LinkFrame::ping) {
    LinkWriter(LinkFrame::pong, tab.ahead);
    return frame.done();
  }
  // Left over from before it was let go.
  if (tab.source == nullptr) return type > LinkFrame::refused && type < LinkFrame::welcome;
  switch (type) {
    case LinkFrame::leave: left(tab); return frame.done();
    case LinkFrame::publish: return handle_publish(tab, body);
    case LinkFrame::cancel: return handle_cancel(tab, frame);
    case LinkFrame::subscribe: return handle_subscribe(tab, frame);
    case LinkFrame::unsubscribe: return handle_unsubscribe(tab, frame);
    case LinkFrame::handled: return handle_handled(tab, frame);
    case LinkFrame::heard: return handle_heard(tab, frame);
    case LinkFrame::taken: {
      const std::uint64_t taken = frame.number(tab.sent);
      tab.taken = std::max(tab.taken, taken);
      return frame.done();
    }
    case LinkFrame::command: {
      const auto command = frame.byte(LinkCommand::offline);
      return frame.done() && handle_command(command);
    }
    case LinkFrame::watch: {
      PacketTrace& trace = mqtt_->trace();
      const bool on = frame.flag();
      tab.next_packet = on ? trace.end() : 0;
      return frame.done();
    }
    default: return false;
  }
}

bool SharedHub::Impl::handle_command(LinkCommand command) {
  switch (command) {
    case LinkCommand::connect:
      if (mqtt_->state() == ConnectionState::stopped) mqtt_->connect();
      break;
    case LinkCommand::wake: mqtt_->wake(); break;
    case LinkCommand::offline: mqtt_->offline(); break;
  }
  return true;
}

// ---- joining ----

bool SharedHub::Impl::handle_hello(Tab& tab, LinkReader& frame) {
  const std::uint8_t greeting = frame.byte();
  const std::uint64_t id = frame.number();
  const std::uint64_t born = frame.number();
  const std::uint64_t joined_epoch = frame.number();
  const std::uint64_t had = frame.number();  // messages there
  const LinkTerms terms = read_terms(frame);
  if (!frame.done() || id == 0) return false;
  part(tab);
  tab.greeting = greeting;
  if (terms.account != terms_.account) {
    refuse(tab, JoinRefused::Reason::account);
    return true;
  }
  Source& from = source(id);
  if (from.tab != nullptr && from.born != born) {
    refuse(tab, JoinRefused::Reason::same_id);
    return true;
  }
  // The same one, by a new link.
  if (from.tab != nullptr) refuse(*from.tab, JoinRefused::Reason::same_id);
  tab.source = &from;
  from.tab = &tab;
  from.born = born;
  const bool here_before = joined_epoch == epoch_;
  const bool late = joined_epoch != 0 && (here_before ? messages_ != from.left_at || had != from.given
                                                      : messages_ != 0 || from.away.value_or(false));
  note_away(from, false);
  from.given = 0;
  welcome(tab, late, names_of_others(terms, terms_));
  if (mqtt_->state() == ConnectionState::stopped || mqtt_->state() == ConnectionState::disconnecting) mqtt_->connect();
  return true;
}

void SharedHub::Impl::welcome(Tab& tab, bool late, std::string_view others) {
  send(tab, [&](ByteBuffer& out) {
    LinkWriter frame(LinkFrame::welcome, out);
    frame.byte(tab.greeting).byte(late).text(others);
    LinkStatus now = status();
    now.session_present = session_kept_;
    write(now, frame);
    frame.number(tab.source->accepted);
    write_fates(*tab.source, frame);
  });
}

// By sequence. Acknowledged ones are not named.
void SharedHub::Impl::write_fates(const Source& source, LinkWriter& frame) {
  struct Fate {
    std::uint64_t sequence;
    DeliveryState state;
    FailureReason reason;
    ReasonCode code;
  };
  std::vector<Fate> fates;
  for (const Failure& failure : source.failures)
    fates.push_back({failure.sequence, DeliveryState::failed, failure.reason, failure.code});
  for (const Outgoing& one : outgoing_.all()) {
    if (one.number == 0 || one.source != &source || one.qos == Qos::at_most_once) continue;
    fates.push_back({one.sequence, one.state, FailureReason::none, ReasonCode::success});
  }
  std::sort(fates.begin(), fates.end(), [](const Fate& a, const Fate& b) { return a.sequence < b.sequence; });
  for (const Fate& fate : fates) frame.number(fate.sequence).byte(fate.state).byte(fate.reason).byte(fate.code);
}

void SharedHub::Impl::refuse(Tab& tab, JoinRefused::Reason reason) {
  part(tab);
  tab.refused = true;
  LinkWriter(LinkFrame::refused, tab.ahead).byte(reason).byte(tab.greeting);
  timers_.request_turn();
}

// ---- leaving ----

void SharedHub::Impl::left(Tab& tab) {
  part(tab);
  const bool nobody = std::all_of(tabs_.begin(), tabs_.end(), [](const auto& one) { return one->source == nullptr; });
  if (nobody) mqtt_->disconnect();
}

// Its subscriptions end, nobody waits for it, and what waits for it is dropped.
void SharedHub::Impl::part(Tab& tab) {
  if (tab.source == nullptr) return;
  tab.source->tab = nullptr;
  tab.source->left_at = messages_;
  note_away(*tab.source, true);
  tab.source = nullptr;
  tab.queue.clear();
  tab.queue_at = 0;
  tab.sent = tab.taken = 0;
  tab.behind = tab.accepted_due = false;
  tab.next_packet = 0;
  tab.inbox = {};
  tab.inbox_bytes = 0;
  tab.requests.clear();
  if (quiet_) return;
  end_all(tab);
  release(tab.number);
}

void SharedHub::Impl::let_go(Tab& tab) {
  part(tab);
  LinkWriter(LinkFrame::let_go, tab.ahead);
}

// ---- who publishes ----

SharedHub::Impl::Source* SharedHub::Impl::find_source(std::uint64_t id) {
  const auto found = std::find_if(sources_.begin(), sources_.end(), [id](const auto& one) { return one->id == id; });
  return found == sources_.end() ? nullptr : found->get();
}

SharedHub::Impl::Source& SharedHub::Impl::source(std::uint64_t id) {
  if (Source* const known = find_source(id)) return *known;
  if (loaded_ && sources_.size() >= shared_.remembered_tabs) forget_oldest_source();
  Source& made = *sources_.emplace_back(std::make_unique<Source>());
  made.id = id;
  return made;
}

// Durable not later than the acknowledgement of what it misses.
void SharedHub::Impl::note_away(Source& source, bool away) {
  if (quiet_ || !durable() || source.away == away) return;
  source.away = away;
  journal_->tab(source.id, away);
}

void SharedHub::Impl::forget_oldest_source() {
  const auto oldest = std::find_if(sources_.begin(), sources_.end(), [this](const auto& one) {
    const auto all = outgoing_.all();
    return one->tab == nullptr &&
           std::none_of(all.begin(), all.end(), [&](const Outgoing& outgoing) { return outgoing.source == one.get(); });
  });
  if (oldest == sources_.end()) return;
  if (durable()) {
    for (const Failure& failure : (*oldest)->failures) journal_->forget_failure((*oldest)->id, failure.sequence);
    journal_->forget_source((*oldest)->id);
  }
  sources_.erase(oldest);
}

// ---- to the tabs ----

// Tabs may come and go meanwhile: a member in this program is called from here.
void SharedHub::Impl::flush_all() {
  for (std::size_t i = 0; i < tabs_.size(); ++i) flush(*tabs_[i]);
  forget_closed();
}

void SharedHub::Impl::flush(Tab& tab) {
  const auto post = [&](Bytes frames) {
    if (tab.link == nullptr) return;
    ByteBuffer piece;
    begin_piece(epoch_, piece);
    piece.insert(piece.end(), frames.begin(), frames.end());
    ++sending_;
    tab.link->send(piece);
    --sending_;
  };
  if (!tab.ahead.empty()) post(std::exchange(tab.ahead, {}));
  const std::size_t window = std::max(shared_.window_bytes, least_window);
  while (tab.waiting() != 0 && tab.sent - tab.taken < window) {
    std::size_t size = 0;
    const std::size_t most = std::min(piece_bytes, window - static_cast<std::size_t>(tab.sent - tab.taken));
    while (size < most && size < tab.waiting()) {
      const std::uint8_t* const length = tab.queue.data() + tab.queue_at + size + 1;
      size += frame_header_bytes;
      size += static_cast<std::size_t>(length[0]) << 24 | static_cast<std::size_t>(length[1] << 16 | length[2] << 8 | length[3]);
    }
    const std::size_t at = std::exchange(tab.queue_at, tab.queue_at + size);
    tab.sent += size;
    post(Bytes(tab.queue).subspan(at, size));
  }
  if (tab.queue_at * 2 < tab.queue.size()) return;
  tab.queue.erase(tab.queue.begin(), tab.queue.begin() + static_cast<std::ptrdiff_t>(tab.queue_at));
  tab.queue_at = 0;
}

// A tab whose link is full misses some.
void SharedHub::Impl::copy_packets(Tab& tab) {
  const PacketTrace& trace = mqtt_->trace();
  if (tab.next_packet == 0) return;
  for (std::uint64_t n = std::max(tab.next_packet, trace.first()); n < trace.end(); ++n) {
    if (tab.waiting() > shared_.window_bytes) break;
    const TraceEntry& entry = trace[n];
    if (entry.type == remark) continue;
    send(tab, [&](ByteBuffer& out) {
      LinkWriter(LinkFrame::packet, out).time(entry.at).byte(entry.direction).byte(entry.version).bytes(trace.bytes(entry));
    });
  }
  if (tab.source != nullptr) tab.next_packet = trace.end();
}

}  // namespace wasmqtt
