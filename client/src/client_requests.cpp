// SUBSCRIBE and UNSUBSCRIBE.
#include "client_impl.hpp"
#include "wasmqtt/encode.hpp"
#include "wasmqtt/topic.hpp"

namespace wasmqtt {

Result<PacketId> Client::Impl::subscribe(std::span<const TopicRequest> requests, Properties properties) {
  Subscribe packet{1, {requests.begin(), requests.end()}, properties};
  for (const TopicRequest& request : requests) {
    if (Error error = check_text(request.filter)) return error;
    if (phase_ != Phase::connected) continue;
    const bool wildcards = request.filter.find_first_of("+#") != std::string_view::npos;
    if (wildcards && !limits_.wildcard_subscription_available) return local_error(Errc::wildcards_not_supported);
    if (is_shared(request.filter) && !limits_.shared_subscription_available) return local_error(Errc::shared_not_supported);
  }
  const bool identified = properties.has(PropertyId::subscription_identifier);
  if (identified && phase_ == Phase::connected && !limits_.subscription_identifiers_available)
    return local_error(Errc::identifiers_not_supported);
  return request(PacketType::subscribe, requests.size(), packet);
}

Result<PacketId> Client::Impl::unsubscribe(std::span<const std::string_view> filters, Properties properties) {
  Unsubscribe packet{1, {filters.begin(), filters.end()}, properties};
  return request(PacketType::unsubscribe, filters.size(), packet);
}

template <class RequestPacket>
Result<PacketId> Client::Impl::request(PacketType type, std::size_t filters, RequestPacket& packet) {
  ByteBuffer scratch;  // the checks first, with any id: nothing changes when they fail
  if (Error error = encode(packet, scratch, version_)) return error;
  if (phase_ != Phase::connected) return local_error(Errc::not_connected);
  if (scratch.size() > limits_.maximum_packet_size) return local_error(Errc::above_server_limit);
  if (requests_.count() >= options_.max_requests) return local_error(Errc::too_many_requests);
  packet.packet_id = session_->packet_ids().take();
  if (packet.packet_id == 0) return local_error(Errc::no_packet_id_free);
  requests_.add({packet.packet_id, type, filters});
  send(type, [&](ByteBuffer& out) { (void)encode(packet, out, version_); });
  return packet.packet_id;
}

}  // namespace wasmqtt
