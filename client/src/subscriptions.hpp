// What the application wants to hear, and what the broker has been told of it.
//
// Subscription numbers map to filters; the broker knows filters only. Each filter is asked for once per lost session,
// with the highest QoS that any of its subscriptions wants.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "recent_topics.hpp"
#include "wasmqtt/mqtt_client.hpp"
#include "wasmqtt/topic_trie.hpp"

namespace wasmqtt {

class Subscriptions {
 public:
  Subscription add(std::string_view filter, Qos qos, MqttClient::MessageHandler handler);
  void remove(Subscription subscription);

  // Calls the handler of each matching subscription once; false when there is none. Handlers may add and remove.
  bool dispatch(const Message& message);

  // ---- towards the broker ----
  // A connection is there; with a kept session only what was never confirmed is asked again, unless it is
  // in doubt whether that is the session that was told.
  void connected(bool session_present, bool in_doubt);
  // Takes the next filters to ask for, or to give up; empty: nothing to do. Views are valid until the next change.
  std::vector<TopicRequest> take_wanted(std::size_t most);
  std::vector<std::string_view> take_unwanted(std::size_t most);
  void asked(PacketId packet_id, const std::vector<TopicRequest>& requests);
  void gave_up(PacketId packet_id, const std::vector<std::string_view>& filters);
  // The answer to gave_up(); not done (the connection was lost): a kept session still has them, they are unwanted again.
  void given_up(PacketId packet_id, bool done);
  // What was taken could not be asked for now.
  void give_back(const std::vector<TopicRequest>& wanted);
  void give_back(const std::vector<std::string_view>& unwanted);
  // The answer to asked(): calls result(filter, return code) for each; with none (the connection was lost) they are wanted
  // again.
  void answered(PacketId packet_id, Bytes return_codes,
                const std::function<void(std::string_view filter, std::uint8_t code)>& result);

 private:
  enum class Asked : std::uint8_t { no, under_way, yes };
  struct Filter {
    std::vector<std::pair<std::uint32_t, Qos>> subscriptions{};
    Asked asked = Asked::no;
    bool known = false;  // the broker may have it in its session
    Qos qos() const;
  };
  struct One {
    std::string filter;
    MqttClient::MessageHandler handler;
  };

  bool call(std::span<const std::uint32_t> subscriptions, const Message& message);

  std::uint32_t last_number_ = 0;
  TopicTrie trie_;
  RecentTopics recent_;
  std::vector<std::uint32_t> spare_;  // used again from message to message
  std::unordered_map<std::uint32_t, std::shared_ptr<One>> ones_;
  std::unordered_map<std::string, Filter> filters_;
  std::vector<std::string> wanted_;
  std::vector<std::string> unwanted_;
  std::vector<std::string> taken_;  // unwanted ones given out last
  std::unordered_map<PacketId, std::vector<std::string>> under_way_;   // SUBSCRIBEs
  std::unordered_map<PacketId, std::vector<std::string>> giving_up_;   // UNSUBSCRIBEs
};

}  // namespace wasmqtt
