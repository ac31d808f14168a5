// MQTT 5's enhanced authentication, section 4.12: AUTH packets before CONNACK, and on a live connection.
#include "client_impl.hpp"
#include "encode_reason.hpp"

namespace wasmqtt {
namespace {

// The method is compared and sent again, the data is not kept.
std::string_view method_of(Properties properties) { return properties.text(PropertyId::authentication_method); }

Authentication told(bool done, Properties properties) {
  return {done, as_bytes(properties.text(PropertyId::authentication_data)), properties};
}

}  // namespace

bool Client::Impl::take_turn(AuthenticationEvent event) {
  const auto next = next_turn(authentication_, event);
  authentication_ = next.value_or(authentication_);
  return next.has_value();
}

// [MQTT5-4.12.0-5] [MQTT5-4.12.0-6]
Error Client::Impl::check_method(Properties properties) const {
  const std::string_view asked = method_of(connect_properties_);
  const std::string_view named = method_of(properties);
  if (asked == named && (asked.data() == nullptr) == (named.data() == nullptr)) return {};
  return peer_error(asked.data() == nullptr ? Errc::unexpected_authentication : Errc::wrong_authentication_method);
}

// True: the connection is authenticated, and what CONNACK says of that is told before the connection begins.
bool Client::Impl::authenticated(const Connack& packet) {
  if (!take_turn(AuthenticationEvent::connack)) {
    fail(peer_error(Errc::authentication_out_of_turn));
    return false;
  }
  current_ = told(true, packet.properties);
  return true;
}

Error Client::Impl::auth(const Auth& packet) {
  if (Error error = check_method(packet.properties)) return error;
  const bool done = packet.reason_code == ReasonCode::success;
  if (!take_turn(done ? AuthenticationEvent::succeeded : AuthenticationEvent::asked))
    return peer_error(Errc::authentication_out_of_turn);
  current_ = told(done, packet.properties);
  return {};
}

Error Client::Impl::reauthenticate(Bytes data, Properties words) {
  if (phase_ != Phase::connected) return local_error(Errc::not_connected);
  if (version_ != ProtocolVersion::mqtt_5) return local_error(Errc::not_in_this_version);
  return send_auth(AuthenticationEvent::renew, ReasonCode::re_authenticate, data, words);
}

Error Client::Impl::authenticate(Bytes data, Properties words) {
  return send_auth(AuthenticationEvent::answered, ReasonCode::continue_authentication, data, words);
}

// Everything is checked before the turn is taken. AUTH depends on no record: as PINGREQ it waits for no store.
Error Client::Impl::send_auth(AuthenticationEvent event, ReasonCode code, Bytes data, Properties words) {
  const std::string_view method = method_of(connect_properties_);
  if (method.data() == nullptr) return local_error(Errc::unexpected_authentication);
  if (!next_turn(authentication_, event)) return local_error(Errc::authentication_out_of_turn);
  PropertyList properties;
  (void)properties.add(PropertyId::authentication_method, method);
  if (!data.empty()) {
    if (Error error = properties.add(PropertyId::authentication_data, data)) return error;
  }
  const std::size_t words_at = properties.view().wire().size();
  properties.append(words);
  ByteBuffer packet;
  if (Error error = make_reason(PacketType::auth, code, properties, words_at, packet)) return error;
  if (packet.size() > limits_.maximum_packet_size) return local_error(Errc::above_server_limit);
  (void)take_turn(event);
  const std::uint64_t end = send_ahead(PacketType::auth, packet);
  if (event == AuthenticationEvent::renew) {
    exchange_end_ = end;
    opened_at_ = now_;
  }
  return {};
}

// The broker has not shown what the method asks of it, or asks for what can't be given [MQTT5-4.12.1-2].
void Client::Impl::refuse_authentication() {
  const bool open = phase_ == Phase::connecting || phase_ == Phase::connected;
  if (open) fail(peer_error(Errc::authentication_refused));
}

}  // namespace wasmqtt
