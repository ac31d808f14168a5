// Watches every byte at the client's end of the network and says what the standard, or the client's promises, forbid.
//
// Bytes out are seen when the transport takes them, bytes in just before the client gets them. It knows the durable store,
// so that it also sees what is on the wire too early.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fingerprint.hpp"
#include "ledger.hpp"
#include "limits_oracle.hpp"
#include "model_store.hpp"
#include "simulation.hpp"
#include "wasmqtt/frame_reader.hpp"
#include "wasmqtt/packet.hpp"

namespace wasmqtt::chaos {

class WireOracle {
 public:
  // `patience`: see LimitsOracle.
  WireOracle(const Simulation& simulation, Ledger& ledger, const ModelStore& store, Duration patience)
      : simulation_(simulation), ledger_(ledger), store_(store),
        limits_(simulation, ledger, patience, [this](const std::string& what) { fail(what); }) {}

  void connection_opened(unsigned index);
  void client_wrote(Bytes bytes);
  void client_receives(Bytes bytes);
  // The process that had a session, or restored one, is another one now.
  void process_started(bool had_session) {
    ++process_;
    expects_session_ = had_session;
  }
  // The application signs off in this event: what the client gets in it, and after it, may be left unread.
  void signing_off();
  unsigned connection() const { return connection_; }
  bool disconnect_sent() const { return disconnected_; }
  bool was_sent(const std::string& label) const { return attempts_.count(label) != 0; }  // QoS 1 or 2, in this session
  std::uint32_t largest_packet() const { return limits_.largest_packet(); }  // that the broker takes
  // What its store had not made durable is gone, perhaps the news that the session was lost.
  void process_died();
  void add_to(Fingerprint& print) const;
  void keep_no_trace() { traces_ = false; }
  // The last packets, one a line.
  std::string trace() const;

 private:
  // An exchange that the client began, by its packet id.
  struct Flow {
    std::string label;  // empty: SUBSCRIBE or UNSUBSCRIBE
    std::uint64_t pubrec = 0;  // which PUBREC of all it had last
    std::uint64_t ended = 0;   // the process that had the last acknowledgement; 0: under way
    Time ended_at{};
  };
  struct Attempt {
    PacketId packet_id = 0;
    bool released = false;
  };
  struct Traced {
    Time at;
    unsigned connection;
    Direction direction;
    ProtocolVersion version;
    ByteBuffer bytes;
  };

  void outbound(const Packet& packet);
  void out(const Connect& packet);
  void out(Publish packet);
  void out(const Puback& packet);
  void out(const Pubrec& packet);
  void out(const Pubrel& packet);
  void out(const Pubcomp& packet);
  void request(PacketId packet_id);
  // Whoever takes up the session from the store knows nothing of the loss.
  bool loss_may_be_forgotten() const { return session_lost_ && store_.committed() <= loss_batch_; }
  void end(PacketId packet_id);
  void check_first_or_again(const Publish& packet, const std::string& label);
  void check_order(const Publish& packet, const std::string& label);
  void inbound(const Packet& packet);
  void in(const Pubrec& packet);
  void in(const Connack& packet);
  void trace_packet(Direction direction, Bytes bytes);
  void fail(const std::string& what);
  void expect(bool condition, const std::string& what) {
    if (!condition) fail(what);
  }

  const Simulation& simulation_;
  Ledger& ledger_;
  const ModelStore& store_;
  LimitsOracle limits_;

  // of the session
  std::map<PacketId, Flow> flows_;
  std::map<std::string, Attempt> attempts_;
  std::uint64_t pubrecs_ = 0;
  bool expects_session_ = false;
  std::uint64_t process_ = 0;
  // A CONNACK told that the session is new, which the client has recorded in this batch of the store.
  bool session_lost_ = false;
  std::size_t loss_batch_ = 0;
  std::map<PacketId, Flow> flows_before_loss_;
  std::map<std::string, Attempt> attempts_before_loss_;

  // of the connection
  unsigned connection_ = 0;
  ProtocolVersion version_ = ProtocolVersion::mqtt_3_1_1;
  FrameReader out_{1 << 20};
  FrameReader in_{1 << 20};
  bool connect_sent_ = false;
  bool connack_seen_ = false;
  bool disconnected_ = false;
  bool signing_off_ = false;
  std::set<std::string> published_;
  std::map<std::pair<std::string, Qos>, unsigned> last_serial_;
  std::uint64_t last_pubrec_ = 0;
  std::deque<std::pair<PacketId, std::string>> await_puback_;
  std::deque<std::pair<PacketId, std::string>> await_pubrec_;
  std::deque<PacketId> await_pubcomp_;
  Time last_out_{};

  bool traces_ = true;
  std::deque<Traced> traced_;
  unsigned pings_ = 0;
};

}  // namespace wasmqtt::chaos
