// SUBSCRIBE and UNSUBSCRIBE that wait for their answers, matched by packet id [MQTT-2.3.1-7].
#pragma once

#include <vector>

#include "wasmqtt/packet.hpp"

namespace wasmqtt {

struct Request {
  PacketId packet_id = 0;
  PacketType type = PacketType::subscribe;
  std::size_t filters = 0;  // SUBACK has one return code for each [MQTT-3.8.4-5]
};

// Bounded by ClientOptions::max_requests, and few in practice: a vector is the right table.
class Requests {
 public:
  void add(const Request& request) { requests_.push_back(request); }
  // Takes the request out; packet_id 0: there is none.
  Request take(PacketId packet_id) {
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      if (requests_[i].packet_id != packet_id) continue;
      const Request found = requests_[i];
      requests_.erase(requests_.begin() + static_cast<std::ptrdiff_t>(i));
      return found;
    }
    return {};
  }
  Request front() const { return requests_.empty() ? Request{} : requests_.front(); }
  std::size_t count() const { return requests_.size(); }

 private:
  std::vector<Request> requests_;
};

}  // namespace wasmqtt
