#include "wasmqtt/describe.hpp"

#include <iterator>

namespace wasmqtt {

std::string_view name_of(PacketType type) {
  switch (type) {
    case PacketType::connect: return "connect";
    case PacketType::connack: return "connack";
    case PacketType::publish: return "publish";
    case PacketType::puback: return "puback";
    case PacketType::pubrec: return "pubrec";
    case PacketType::pubrel: return "pubrel";
    case PacketType::pubcomp: return "pubcomp";
    case PacketType::subscribe: return "subscribe";
    case PacketType::suback: return "suback";
    case PacketType::unsubscribe: return "unsubscribe";
    case PacketType::unsuback: return "unsuback";
    case PacketType::pingreq: return "pingreq";
    case PacketType::pingresp: return "pingresp";
    case PacketType::disconnect: return "disconnect";
    case PacketType::auth: return "auth";
  }
  return "reserved";
}

std::string_view name_of(PropertyId id) {
  static constexpr const char* names[] = {
      "", "payload_format_indicator", "message_expiry_interval", "content_type", "", "", "", "", "response_topic",
      "correlation_data", "", "subscription_identifier", "", "", "", "", "", "session_expiry_interval",
      "assigned_client_identifier", "server_keep_alive", "", "authentication_method", "authentication_data",
      "request_problem_information", "will_delay_interval", "request_response_information", "response_information", "",
      "server_reference", "", "", "reason_string", "", "receive_maximum", "topic_alias_maximum", "topic_alias",
      "maximum_qos", "retain_available", "user_property", "maximum_packet_size", "wildcard_subscription_available",
      "subscription_identifiers_available", "shared_subscription_available",
  };
  static_assert(std::size(names) == last_property_id + 1);
  const auto index = static_cast<std::size_t>(id);
  return index < std::size(names) ? names[index] : "";
}

std::string_view describe(ConnectReturnCode code) {
  switch (code) {
    case ConnectReturnCode::accepted: return "Accepted";
    case ConnectReturnCode::unacceptable_protocol_version: return "The broker does not speak MQTT 3.1.1";
    case ConnectReturnCode::identifier_rejected: return "The broker does not allow this client id";
    case ConnectReturnCode::server_unavailable: return "The broker is not available";
    case ConnectReturnCode::bad_user_name_or_password: return "Bad user name or password";
    case ConnectReturnCode::not_authorized: return "Not authorized";
  }
  return "The broker refused the connection";
}

std::string_view describe(TransportFault fault) {
  switch (fault) {
    case TransportFault::none: return "closed in order";
    case TransportFault::unknown: return "closed for an unknown reason";
    case TransportFault::invalid_url: return "the address is not valid";
    case TransportFault::unsupported_scheme: return "this kind of address is not supported here";
    case TransportFault::name_not_resolved: return "the host name was not found";
    case TransportFault::refused: return "nothing listens at this address";
    case TransportFault::unreachable: return "the host can't be reached";
    case TransportFault::timed_out: return "no answer in time";
    case TransportFault::reset: return "the connection was cut";
    case TransportFault::tls: return "the secure connection failed: check the certificate";
    case TransportFault::handshake: return "the server refused the WebSocket upgrade";
    case TransportFault::wrong_subprotocol: return "the server does not speak MQTT over WebSocket";
    case TransportFault::text_frame: return "the server sent text where MQTT needs binary";
    case TransportFault::mixed_content: return "a secure page may not open an insecure ws:// address";
    case TransportFault::too_large: return "the server sent a message over the limit";
    case TransportFault::not_prepared: return "the address and credentials for it were not ready in time";
  }
  return "unknown";
}

std::string_view describe(FailureReason reason) {
  switch (reason) {
    case FailureReason::none: return "";
    case FailureReason::dropped_oldest: return "dropped for a newer message: the queue was full";
    case FailureReason::dropped_newest: return "dropped: the queue was full";
    case FailureReason::superseded: return "replaced by a newer message for the same topic";
    case FailureReason::expired: return "expired before it could be sent";
    case FailureReason::cancelled: return "cancelled";
    case FailureReason::session_lost: return "the broker lost the session; delivery is uncertain";
    case FailureReason::connection_lost: return "the connection was lost before it was sent";
    case FailureReason::connection_closed_repeatedly:
      return "the broker closed the connection each time this message was sent: perhaps its topic is not allowed, or it is "
             "too large";
    case FailureReason::refused: return "refused by the broker";
    case FailureReason::not_supported: return "the broker does not take messages like this one";
  }
  return "";
}

std::string_view describe(DeliveryState state) {
  switch (state) {
    case DeliveryState::queued: return "queued";
    case DeliveryState::sent: return "sent";
    case DeliveryState::acknowledged: return "acknowledged";
    case DeliveryState::failed: return "failed";
  }
  return "";
}

std::string_view describe(ConnectionState state) {
  switch (state) {
    case ConnectionState::stopped: return "stopped";
    case ConnectionState::loading: return "loading";
    case ConnectionState::connecting: return "connecting";
    case ConnectionState::connected: return "connected";
    case ConnectionState::waiting: return "waiting";
    case ConnectionState::disconnecting: return "disconnecting";
  }
  return "";
}

std::string_view describe(StopReason reason) {
  switch (reason) {
    case StopReason::none: return "";
    case StopReason::asked: return "asked to stop";
    case StopReason::refused: return "refused by the broker";
    case StopReason::taken_over:
      return "the broker ended each connection soon after it began: the same client id is probably in use elsewhere";
    case StopReason::store_failed: return "the session could not be stored";
    case StopReason::connection_lost: return "the connection ended";
    case StopReason::invalid: return "the options are not valid";
  }
  return "";
}

std::string_view describe(UrlChoice choice) {
  switch (choice) {
    case UrlChoice::in_turn: return "";
    case UrlChoice::same: return "the session is there";
    case UrlChoice::preferred: return "it is the preferred one";
    case UrlChoice::named: return "the server before has named it";
  }
  return "";
}

std::string_view describe(SessionWarning::Reason reason) {
  switch (reason) {
    case SessionWarning::Reason::expires_at_once:
      return "a session is asked for, but its expiry is 0: it ends with each connection";
    case SessionWarning::Reason::client_id_changes:
      return "the broker keeps the session under a client id that will not come again";
  }
  return "";
}

namespace {

std::string number(std::size_t value) { return std::to_string(value); }
std::string qos_text(Qos qos) { return " qos=" + number(static_cast<std::size_t>(qos)); }
std::string id_text(PacketId packet_id) { return " id=" + number(packet_id); }

std::string properties_text(Properties properties) {
  std::string text;
  for (const Property& property : properties) {
    text.append(" ").append(name_of(property.id)).append("=");
    const PropertyRule* rule = find_rule(static_cast<std::uint32_t>(property.id));
    if (property.id == PropertyId::authentication_data) text += "(masked)";
    else if (rule->type <= PropertyType::variable) text += number(property.number);
    else if (rule->type == PropertyType::binary) text += number(property.text.size()) + " bytes";
    else if (rule->type == PropertyType::text) text += property.text;
    else text.append(property.name).append(":").append(property.text);
  }
  return text;
}

// Success is not told: it is what everything is without a reason.
std::string reason_text(ReasonCode code, Properties properties) {
  std::string text;
  if (code != ReasonCode::success)
    text = " reason_code=" + number(static_cast<std::size_t>(code)) + " (" + std::string(describe(code)) + ")";
  return text + properties_text(properties);
}

std::string codes_text(const char* name, Bytes codes) {
  std::string text = name;
  for (std::uint8_t code : codes) text += number(code) + ",";
  text.pop_back();
  return text;
}

struct Describer {
  std::string operator()(const Connect& p) const {
    std::string text = " client_id=" + std::string(p.client_id) + (p.clean_session ? " clean_session" : "") +
                       " keep_alive=" + number(p.keep_alive);
    if (p.will) {
      text += " will=" + std::string(p.will->topic) + qos_text(p.will->qos);
      text += properties_text(p.will->properties);
    }
    if (p.user_name) text += " user_name=" + std::string(*p.user_name);
    if (p.password) text += " password=(masked)";
    return text + properties_text(p.properties);
  }
  std::string operator()(const Connack& p) const {
    std::string text = is_failure(p.reason_code) ? std::string() : " return_code=" + number(static_cast<std::size_t>(p.return_code));
    if (p.session_present) text += " session_present";
    return text + reason_text(p.reason_code, p.properties);
  }
  std::string operator()(const Publish& p) const {
    std::string text = " topic=" + std::string(p.topic) + qos_text(p.qos);
    if (p.packet_id != 0) text += id_text(p.packet_id);
    if (p.retain) text += " retain";
    if (p.dup) text += " dup";
    return text + properties_text(p.properties) + " payload=" + number(p.payload.size()) + " bytes";
  }
  std::string operator()(const Subscribe& p) const {
    std::string text = id_text(p.packet_id);
    for (const TopicRequest& request : p.requests) {
      text += " " + std::string(request.filter) + qos_text(request.qos);
      if (request.no_local) text += " no_local";
      if (request.retain_as_published) text += " retain_as_published";
      if (request.retain_handling != RetainHandling::send)
        text += " retain_handling=" + number(static_cast<std::size_t>(request.retain_handling));
    }
    return text + properties_text(p.properties);
  }
  std::string operator()(const Suback& p) const {
    return id_text(p.packet_id) + codes_text(" return_codes=", p.return_codes) + properties_text(p.properties);
  }
  std::string operator()(const Unsubscribe& p) const {
    std::string text = id_text(p.packet_id);
    for (std::string_view filter : p.filters) text += " " + std::string(filter);
    return text + properties_text(p.properties);
  }
  std::string operator()(const Unsuback& p) const {
    const std::string codes = p.reason_codes.empty() ? std::string() : codes_text(" reason_codes=", p.reason_codes);
    return id_text(p.packet_id) + codes + properties_text(p.properties);
  }
  std::string acknowledgement(const Acknowledgement& p) const {
    return id_text(p.packet_id) + reason_text(p.reason_code, p.properties);
  }
  std::string operator()(const Puback& p) const { return acknowledgement({p.packet_id, p.reason_code, p.properties}); }
  std::string operator()(const Pubrec& p) const { return acknowledgement({p.packet_id, p.reason_code, p.properties}); }
  std::string operator()(const Pubrel& p) const { return acknowledgement({p.packet_id, p.reason_code, p.properties}); }
  std::string operator()(const Pubcomp& p) const { return acknowledgement({p.packet_id, p.reason_code, p.properties}); }
  std::string operator()(const Pingreq&) const { return {}; }
  std::string operator()(const Pingresp&) const { return {}; }
  std::string operator()(const Disconnect& p) const { return reason_text(p.reason_code, p.properties); }
  std::string operator()(const Auth& p) const { return reason_text(p.reason_code, p.properties); }
};

}  // namespace

std::string describe(const Packet& packet) {
  std::string name(name_of(type_of(packet)));
  for (char& c : name) c = static_cast<char>(c - 'a' + 'A');
  return name + std::visit(Describer{}, packet);
}

}  // namespace wasmqtt
