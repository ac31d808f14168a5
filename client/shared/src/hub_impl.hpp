// SharedHub's inside. shared_hub.cpp: the lead and the connection; hub_tabs.cpp: links, joining, bounds; hub_publishes.cpp: from the
// tabs to the broker; hub_subscriptions.cpp: their union; hub_messages.cpp: from the broker to the tabs.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hub_journal.hpp"
#include "link_status.hpp"
#include "link_terms.hpp"
#include "wasmqtt/fifo.hpp"
#include "wasmqtt/shared/shared_event.hpp"
#include "wasmqtt/shared/shared_hub.hpp"
#include "wasmqtt/slot_index.hpp"
#include "wasmqtt/slot_table.hpp"
#include "wasmqtt/topic_trie.hpp"

namespace wasmqtt {

class SharedHub::Impl final : private MqttListener {
 public:
  Impl(SharedHub& owner, EventLoop& loop, EventLoop& timers, Transport& transport, MqttOptions options, SharedHubOptions shared,
       FencedStore* store);
  ~Impl();

  // shared_hub.cpp
  void start();
  void abdicate();
  void resign();
  MqttClient& mqtt() { return *mqtt_; }
  std::uint64_t epoch() const { return epoch_; }
  Counts counts() const;
  std::vector<std::uint64_t> joined() const;

  // hub_tabs.cpp
  Link link_opened(SharedLink& link, bool own);
  void handle_frames(Link link, Bytes frames);
  void link_closed(Link link);

 private:
  // Who publishes: a tab, by its id, whether it is here or not.
  struct Tab;
  struct Source {
    std::uint64_t id = 0;
    std::uint64_t born = 0;            // tells the object that joined last from others with its id
    std::uint64_t accepted = 0;        // sequence, up to which all has been taken
    std::vector<Failure> failures{};   // that it has not heard of
    Tab* tab = nullptr;                // while it is joined
    std::uint64_t left_at = 0;         // messages_ when its link ended
    std::uint64_t given = 0;           // messages, since it joined last
    std::optional<bool> away{};        // as the journal has it
  };
  struct Request {
    std::uint16_t number;
    PacketType type;
    std::vector<std::uint8_t> codes;
    std::size_t left;  // without a code
    PropertyList properties{};
  };
  struct Unread {
    Time since{};
    ByteBuffer body{};
  };
  // One link.
  struct Tab {
    Link number = 0;
    SharedLink* link = nullptr;
    bool own = false;
    Source* source = nullptr;      // while it is joined
    bool refused = false;
    std::uint8_t greeting = 0;     // of its last hello
    std::vector<ByteBuffer> early{};  // pieces from before the journal was loaded
    ByteBuffer ahead{};            // frames that go past the queue
    ByteBuffer queue{};
    std::size_t queue_at = 0;      // sent up to here
    std::uint64_t sent = 0;        // bytes of frames since welcome
    std::uint64_t taken = 0;
    bool behind = false;           // it has been told so
    bool accepted_due = false;
    Fifo<Unread> inbox{};          // publishes for which there is no room
    std::size_t inbox_bytes = 0;
    std::vector<Request> requests{};
    std::uint64_t next_packet = 0; // of the trace; 0: not wanted
    std::uint64_t message = 0;     // that it has been given last

    std::size_t waiting() const { return queue.size() - queue_at; }
  };
  // One filter of one tab.
  struct Wanted {
    Tab* tab = nullptr;  // nullptr: a free place
    std::string filter{};
    TopicRequest options{};
    PropertyList properties{};
    Subscription subscription{};           // number 0: waits for its note to be durable
    std::uint64_t noted_in = 0;            // that batch
    std::optional<ReasonCode> answer{};
    struct Waiting {
      std::uint16_t request;
      std::size_t index;
    };
    std::vector<Waiting> waiting{};
  };
  // A filter that the broker may have.
  struct Known {
    std::string filter{};  // empty: a free place
    std::size_t users = 0;
    std::uint64_t noted_in = 0;
  };
  // An UNSUBSCRIBE that has no answer yet.
  struct Ending {
    Subscription subscription;
    std::string filter;
    Link tab;  // 0: nobody waits for it
    std::uint16_t request;
    std::size_t index;
  };
  struct Outgoing {
    std::uint64_t number = 0;  // of the delivery; 0: a free place
    Source* source = nullptr;
    std::uint64_t sequence = 0;
    Qos qos = Qos::at_most_once;
    DeliveryState state = DeliveryState::queued;
  };
  struct Receiver {
    Link tab;
    bool done;
  };
  // A message of QoS 1 or 2 that tabs have not handled yet.
  struct Pending {
    std::uint64_t number = 0;  // 0: a free place
    std::uint64_t token = 0;
    PacketId packet_id = 0;
    Qos qos = Qos::at_least_once;
    std::optional<Time> deadline{};  // none: what is left is our own tab's
    std::vector<Receiver> receivers{};
    std::size_t left = 0;
    bool acknowledged = false;
    ReasonCode refusal = ReasonCode::success;
  };
  // A message of QoS 2 whose record is on its way to the disk.
  struct Settling {
    std::uint64_t batch;
    PacketId packet_id;
    std::vector<Receiver> receivers;
  };

  // shared_hub.cpp
  void on_mqtt_event(const MqttEvent& event) override;
  void on_mqtt_delivery(const DeliveryChanged& changed) override;
  void led(std::uint64_t epoch);
  void loaded();
  void confirm(Attempt proposal, std::function<void(Attempt)> ready);
  void superseded();
  void be_quiet();
  void connected(const Connected& event);
  LinkStatus status() const;
  void broadcast_status();
  void check_gathered();
  void gathered();
  void turn();
  void timer();
  void arm();
  void journal_durable(std::uint64_t batch, std::uint64_t session_batch);
  bool durable() const { return journal_ && mqtt_->durable(); }

  // hub_tabs.cpp
  Tab* find_tab(Link link);
  Source* find_source(std::uint64_t id);
  Source& source(std::uint64_t id);
  void forget_oldest_source();
  void note_away(Source& source, bool away);
  template <class Write>
  void send(Tab& tab, Write&& write) {
    if (tab.source == nullptr) return;
    write(tab.queue);
    if (tab.waiting() > shared_.queue_bytes) let_go(tab);
    timers_.request_turn();
  }
  template <class Write>
  void broadcast(Write&& write) {
    for (const auto& tab : tabs_) send(*tab, write);
  }
  bool handle(Tab& tab, LinkFrame type, Bytes body);
  bool handle_hello(Tab& tab, LinkReader& frame);
  void welcome(Tab& tab, bool late, std::string_view others);
  void write_fates(const Source& source, LinkWriter& frame);
  void refuse(Tab& tab, JoinRefused::Reason reason);
  void let_go(Tab& tab);
  void part(Tab& tab);
  void left(Tab& tab);
  void forget_closed();
  void flush_all();
  void flush(Tab& tab);
  void copy_packets(Tab& tab);
  bool handle_command(LinkCommand command);

  // hub_publishes.cpp
  bool handle_publish(Tab& tab, Bytes body);
  bool try_publish(Tab& tab, Bytes body, Duration waited);
  void retry_publishes(Tab& tab);
  void fail_publish(Tab& tab, std::uint64_t sequence, Qos qos, Error error);
  void keep_failure(Source& from, const Failure& failure);
  void tell(Tab& tab, std::uint64_t sequence, const DeliveryChanged& changed);
  bool handle_cancel(Tab& tab, LinkReader& frame);
  bool handle_heard(Tab& tab, LinkReader& frame);
  void add_outgoing(std::uint64_t number, Source& source, std::uint64_t sequence, Qos qos);
  Slot find_outgoing(std::uint64_t number) const;

  // hub_subscriptions.cpp
  Error check_filter(std::string_view filter) const;
  bool handle_subscribe(Tab& tab, LinkReader& frame);
  bool handle_unsubscribe(Tab& tab, LinkReader& frame);
  Slot want(Tab& tab, const TopicRequest& request, Properties properties, std::uint16_t number, std::size_t index);
  void ask(std::span<const Slot> slots);
  MqttClient::SubscribeRequest request_of(Wanted& wanted) const;
  void asked(Slot slot, Subscription made);
  void answered(const SubscriptionAnswered& event);
  void ended(const UnsubscribeAnswered& event);
  void answer(Slot slot, ReasonCode code, Properties properties);
  void answer(Tab& tab, std::uint16_t request, std::size_t index, ReasonCode code, Properties properties);
  void end_filter(Tab& tab, std::string_view filter, Properties properties, std::uint16_t request, std::size_t index);
  void end_all(Tab& tab);
  Subscription take_out(Slot slot);
  void end_unclaimed();
  void forget_unused(std::string_view filter);
  void ask_noted(std::uint64_t batch);
  void forget_answers();
  Slot find_wanted(const Tab& tab, std::string_view filter) const;
  Slot find_known(std::string_view filter) const;
  Slot know(std::string_view filter, bool noted);

  // hub_messages.cpp
  void message(const Message& message);
  bool handle_handled(Tab& tab, LinkReader& frame);
  void done(Slot slot, Link tab, std::optional<ReasonCode> code);
  void finish(Slot slot);
  void give_up_waiting(Time now);
  void release(Link tab);
  void forget_pending(bool exactly_once_too);
  void settle(std::uint64_t session_batch);

  SharedHub& owner_;
  EventLoop& timers_;
  FencedStore* store_;
  const SharedHubOptions shared_;
  const LinkTerms terms_;
  const std::string client_id_;
  const bool old_only_;
  const std::function<void(Attempt, std::function<void(Attempt)>)> prepare_;  // the application's
  std::optional<HubJournal> journal_;
  std::optional<MqttClient> mqtt_;

  std::uint64_t epoch_ = 0;
  bool started_ = false;
  bool loaded_ = false;
  bool quiet_ = false;            // superseded, abdicated or resigned
  bool superseded_due_ = false;   // to be told
  bool gathered_ = false;
  std::optional<Time> gather_until_;
  Connected connection_;
  bool connected_ = false;        // connection_ is of this connection
  bool session_kept_ = true;      // since we lead

  std::vector<std::unique_ptr<Tab>> tabs_;
  std::vector<std::unique_ptr<Source>> sources_;  // the latest last
  Link last_link_ = 0;
  unsigned sending_ = 0;  // calls of links that are under way

  SlotTable<Outgoing> outgoing_;
  SlotIndex outgoing_by_number_;

  SlotTable<Wanted> wanted_;
  SlotIndex wanted_by_filter_;
  SlotIndex wanted_by_subscription_;
  std::size_t wanted_count_ = 0;
  SlotTable<Known> known_;
  SlotIndex known_by_filter_;
  std::vector<Ending> endings_;
  TopicTrie trie_;                // values are places in wanted_

  SlotTable<Pending> pending_;
  SlotIndex pending_by_number_;
  std::size_t pending_count_ = 0;
  std::vector<Settling> settling_;
  std::uint64_t messages_ = 0;    // that have come since we lead
  Lifetime lifetime_;
};

}  // namespace wasmqtt
