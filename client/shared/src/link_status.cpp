#include "link_status.hpp"

namespace wasmqtt {
namespace {

enum class EventKind : std::uint8_t { session_lost, store_problem, takeover, closed, fell_back, warning };

Error error_of(LinkReader& frame) {
  const auto code = static_cast<Errc>(frame.byte());
  const Side side = frame.flag() ? Side::peer : Side::local;
  return {code, side};
}

void write(Error error, LinkWriter& frame) { frame.byte(error.code()).byte(error.side() == Side::peer); }

void write(const std::optional<PacketType>& type, LinkWriter& frame) { frame.byte(type.value_or(PacketType{0})); }

std::optional<PacketType> read_type(LinkReader& frame) {
  const auto type = frame.byte(PacketType::auth);
  return type == PacketType{0} ? std::nullopt : std::optional(type);
}

void write(const CloseRecord& record, LinkWriter& frame) {
  frame.byte(record.phase).byte(record.cause).text(record.url).byte(record.url_choice).byte(record.fault);
  frame.number(static_cast<std::uint64_t>(std::max(record.code, 0))).text(record.reason).byte(record.clean);
  write(record.error, frame);
  frame.byte(record.return_code).byte(record.reason_code).text(record.server_reference).byte(record.version);
  frame.duration(record.elapsed).duration(record.connected_for);
  write(record.last_sent, frame);
  write(record.last_received, frame);
  frame.text(record.topic).number(record.times);
}

CloseRecord read_record(LinkReader& frame) {
  CloseRecord record;
  record.phase = frame.byte(CloseRecord::Phase::disconnecting);
  record.cause = frame.byte(CloseRecord::Cause::ended_by_broker);
  record.url = frame.text();
  record.url_choice = frame.byte(UrlChoice::named);
  record.fault = frame.byte(TransportFault::not_prepared);
  record.code = static_cast<int>(frame.number(65'535));
  record.reason = frame.text();
  record.clean = frame.flag();
  record.error = error_of(frame);
  record.return_code = static_cast<ConnectReturnCode>(frame.byte());
  record.reason_code = static_cast<ReasonCode>(frame.byte());
  record.server_reference = frame.text();
  record.version = frame.byte(ProtocolVersion::mqtt_5);
  record.elapsed = frame.duration();
  record.connected_for = frame.duration();
  record.last_sent = read_type(frame);
  record.last_received = read_type(frame);
  record.topic = frame.text();
  record.times = static_cast<unsigned>(frame.number(~0u));
  return record;
}

}  // namespace

void write(const LinkStatus& status, LinkWriter& frame) {
  frame.byte(status.state).byte(status.stop_reason).time(status.retry_at).byte(status.durable);
  frame.byte(status.session_present).byte(status.session_in_doubt).byte(status.version).text(status.url);
  frame.bytes(status.server_properties.view().wire()).bytes(status.ending_properties.view().wire());
}

LinkStatus read_status(LinkReader& frame) {
  LinkStatus status;
  status.state = frame.byte(ConnectionState::disconnecting);
  status.stop_reason = frame.byte(StopReason::invalid);
  status.retry_at = frame.time();
  status.durable = frame.flag();
  status.session_present = frame.flag();
  status.session_in_doubt = frame.flag();
  status.version = frame.byte(ProtocolVersion::mqtt_5);
  if (status.version < ProtocolVersion::mqtt_3_1_1) frame.fail();
  status.url = frame.text();
  status.server_properties.assign(frame.properties(host_of(PacketType::connack), Direction::inbound));
  status.ending_properties.assign(frame.properties(host_of(PacketType::disconnect), Direction::inbound));
  return status;
}

bool write(const MqttEvent& event, ByteBuffer& out) {
  if (const auto* lost = std::get_if<SessionLost>(&event)) {
    LinkWriter(LinkFrame::event, out).byte(EventKind::session_lost).number(lost->republished).number(lost->failed);
  } else if (const auto* store = std::get_if<StoreProblem>(&event)) {
    LinkWriter(LinkFrame::event, out).byte(EventKind::store_problem).text(store->problem);
  } else if (const auto* takeover = std::get_if<TakeoverSuspected>(&event)) {
    LinkWriter(LinkFrame::event, out).byte(EventKind::takeover).byte(takeover->likelihood).number(takeover->connections);
  } else if (const auto* closed = std::get_if<Closed>(&event)) {
    LinkWriter frame(LinkFrame::event, out);
    frame.byte(EventKind::closed);
    write(closed->record, frame);
  } else if (const auto* fell_back = std::get_if<FellBack>(&event)) {
    LinkWriter(LinkFrame::event, out).byte(EventKind::fell_back).text(fell_back->url);
  } else if (const auto* warning = std::get_if<SessionWarning>(&event)) {
    LinkWriter(LinkFrame::event, out).byte(EventKind::warning).byte(warning->reason);
  } else {
    return false;
  }
  return true;
}

std::optional<MqttEvent> read_event(LinkReader& frame) {
  std::optional<MqttEvent> event;
  switch (frame.byte(EventKind::warning)) {
    case EventKind::session_lost: {
      SessionLost lost;
      lost.republished = static_cast<std::size_t>(frame.number(~std::uint32_t{0}));
      lost.failed = static_cast<std::size_t>(frame.number(~std::uint32_t{0}));
      event = lost;
      break;
    }
    case EventKind::store_problem: event = StoreProblem{frame.text()}; break;
    case EventKind::takeover: {
      TakeoverSuspected takeover;
      takeover.likelihood = frame.byte(TakeoverSuspected::Likelihood::certain);
      takeover.connections = static_cast<unsigned>(frame.number(~0u));
      event = takeover;
      break;
    }
    case EventKind::closed: event = Closed{read_record(frame)}; break;
    case EventKind::fell_back: event = FellBack{frame.text()}; break;
    case EventKind::warning: event = SessionWarning{frame.byte(SessionWarning::Reason::client_id_changes)}; break;
  }
  return frame.done() ? event : std::nullopt;
}

}  // namespace wasmqtt
