// Numbers that stand for our topics on this connection, MQTT 5's section 3.3.2.3.4: as many as the broker takes, the least
// recently used one goes to a new topic.
#pragma once

#include <string>
#include <vector>

#include "wasmqtt/slot_index.hpp"

namespace wasmqtt {

class OutgoingAliases {
 public:
  // A connection begins: no number stands for anything [MQTT5-3.3.2-7].
  void start(std::size_t maximum);

  struct Alias {
    std::uint16_t number = 0;  // 0: none are used
    bool known = false;        // the broker has the topic already: it need not be sent
  };
  // What to send a topic with, if it is sent.
  Alias find(std::string_view topic) const;
  // It was sent so.
  void use(Alias alias, std::string_view topic);

 private:
  struct Entry {
    std::string topic;
    std::uint64_t used = 0;
  };
  std::size_t maximum_ = 0;
  std::uint64_t uses_ = 0;
  std::vector<Entry> entries_;  // number - 1
  SlotIndex by_topic_;
};

}  // namespace wasmqtt
