// What the application subscribed to, and what the broker has been told of it.
//
// Subscription numbers map to filters; the broker knows filters only. Each filter is asked for once per lost session, with
// the highest QoS that any of its subscriptions wants; again for a higher one, and when asked to. Every call is answered.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "recent_topics.hpp"
#include "wasmqtt/mqtt_client.hpp"
#include "wasmqtt/slot_table.hpp"
#include "wasmqtt/topic_trie.hpp"

namespace wasmqtt {

// What the topics of a shared subscription match: "$share/group/filter" of MQTT 5, which brokers offer with 3.1.1 too, and
// "$queue/filter".
std::string_view topics_of(std::string_view filter);

class Subscriptions {
 public:
  using Tell = std::function<void(const MqttEvent&)>;

  // With `identified`, each filter has a Subscription Identifier, and messages that bear some go to their handlers only.
  explicit Subscriptions(bool identified) : identified_(identified) {}

  // The filter has been checked.
  Subscription add(const MqttClient::SubscribeRequest& request);
  void remove(Subscription subscription, Properties properties);
  // Names a call only; the filter becomes unwanted unless somebody has it.
  Subscription remove_filter(std::string_view filter, Properties properties);

  // Calls the handler of each matching subscription once; false when none matches. Handlers may add and remove.
  bool dispatch(const Message& message);
  bool has_handlers() const { return handlers_to_call_ != 0; }  // dispatch() may call something

  std::vector<MqttClient::FilterState> states() const;

  // ---- towards the broker ----
  // A connection is there; with a kept session only what was never granted is asked again, unless it is
  // in doubt whether that is the session that was told.
  void connected(bool session_present, bool in_doubt, bool resubscribe);
  // Takes the next filters to ask for, or to unsubscribe from, as long as they have the same properties; empty: nothing to do.
  // Views are valid until the next change. MQTT 3.1.1 has no place for options: there they are left out.
  std::vector<TopicRequest> take_wanted(std::size_t most, ProtocolVersion version);
  std::uint32_t identifier_of(std::string_view filter) const;
  std::vector<std::string_view> take_unwanted(std::size_t most);
  Properties taken_properties() const { return taken_properties_; }
  bool has_work() const { return !wanted_.empty() || !unwanted_.empty(); }
  // What was taken last is in a packet; or could not be sent now.
  void subscribe_sent(PacketId packet_id);
  void unsubscribe_sent(PacketId packet_id);
  void give_back_wanted();
  // What was taken last is nothing that this broker offers: the calls are answered; on another connection it is asked again.
  void subscribe_refused(Error error);
  void give_back_unwanted();
  // The answers; with an error (the connection was lost) what was asked is asked again on the next connection.
  void subscribe_answered(const Subscribed& answer, const Tell& tell);
  void unsubscribe_answered(const Unsubscribed& answer, const Tell& tell);
  // The client stopped: calls without an answer get `not_connected`.
  void stopped();
  // Answers that need no packet.
  void tell_settled(const Tell& tell);

 private:
  using Numbers = std::vector<std::uint32_t>;
  enum class Granted : std::uint8_t { unknown, no, yes };
  // What one subscription wants of its filter.
  struct Wish {
    std::uint32_t number;
    Qos qos;
    bool no_local;
    bool retain_as_published;
    RetainHandling retain_handling;
    PropertyList properties;
  };
  struct Filter {
    std::string text{};  // empty: a free slot
    std::vector<Wish> subscriptions{};
    Numbers unanswered{};        // calls that no SUBSCRIBE in flight answers
    Granted state = Granted::unknown;
    Qos granted = Qos::at_most_once;  // with Granted::yes
    bool wanted = false;         // is to be asked for
    bool granted_before = false;
    bool known = false;          // the broker may have it in its session
    bool again = false;          // wanted because the session was lost or is in doubt, and was granted before
    std::uint64_t last_asked = 0;  // of its SUBSCRIBEs the last one decides
    std::uint32_t identifier = 0;
    TopicRequest request() const;  // what all of them want together
    Properties properties() const;
  };
  struct Handler {
    std::uint32_t number;
    Slot filter;
    MqttClient::MessageHandler handler;
  };
  // A filter in a SUBSCRIBE or an UNSUBSCRIBE.
  struct Asked {
    std::string filter;
    Numbers calls;                 // all that the answer is for
    Numbers first{};               // SUBSCRIBE: those of them that had none before
    std::uint64_t order = 0;       // SUBSCRIBE: see Filter::last_asked
    PropertyList properties{};     // UNSUBSCRIBE
  };
  struct Packet {
    PacketType type;
    PacketId packet_id;
    std::vector<Asked> filters;
  };
  // An answer that needs no packet.
  struct Settled {
    bool subscribed;  // the end of a subscribe(), else of an unsubscribe()
    std::uint32_t number;
    std::string filter;
    std::optional<Qos> granted{};
    Error error{};
    ReasonCode code = ReasonCode::success;
  };

  Slot find(std::string_view text) const;
  Slot find_handler(std::uint32_t number) const;
  void remove_handler(Slot handler);
  void want(Filter& filter);
  void replace(Subscription old, Slot slot);
  void take_back_unsubscribe(Filter& filter);
  void add_unwanted(std::string filter, Numbers calls, Properties properties);
  void join_request_in_flight(Filter& filter);
  std::vector<Asked> take_answered(PacketType type, PacketId packet_id);
  void settle(bool subscribed, Numbers& numbers, const std::string& filter, Error error);
  bool call(std::span<const std::uint32_t> subscriptions, const Message& message);
  bool meant_for(std::uint32_t number, const Message& message) const;

  const bool identified_;
  std::uint32_t last_identifier_ = 0;

  std::uint32_t last_number_ = 0;
  std::uint64_t last_order_ = 0;
  TopicTrie trie_;
  RecentTopics recent_;
  Numbers spare_;  // reused: no allocation per message
  SlotTable<std::unique_ptr<Handler>> handlers_;
  SlotIndex handlers_by_number_;
  std::size_t handlers_to_call_ = 0;                // that are functions
  unsigned calling_ = 0;                            // calls of handlers under way
  std::vector<std::unique_ptr<Handler>> removed_;   // meanwhile; one of them may be running
  SlotTable<Filter> filters_;
  SlotIndex filters_by_text_;
  std::vector<std::string> wanted_;  // in order; may hold filters that are not wanted any more
  std::vector<Asked> unwanted_;
  std::vector<Asked> taken_;     // of one of the two, for the next packet
  PropertyList taken_properties_;
  std::vector<Packet> packets_;  // without an answer; few, as Requests has them
  std::vector<Settled> settled_;
};

}  // namespace wasmqtt
