// Up to 1,000 rooms of 50 members: how long the broker takes to be filled, read and changed, and what memory that needs.
#include <doctest/doctest.h>

#include <sstream>

#include "chat/rooms.hpp"
#include "rounds.hpp"
#include "service_world.hpp"
#include "times.hpp"

using chat::GroupAction;
using test::milliseconds_since;
using test::print_times;
using test::ServiceWorld;
using test::Steady;
using test::User;

namespace {

constexpr int users = 200;
constexpr int members = 50;

// Rooms of 50 members each; user0 and so on are in a quarter of them.
std::string sql_of_rooms(int rooms) {
  std::string sql = "BEGIN; DELETE FROM rooms; DELETE FROM members;";
  for (int user = 0; user < users; ++user) sql += "INSERT INTO users (name) VALUES ('user" + std::to_string(user) + "');";
  for (int room = 0; room < rooms; ++room) {
    const std::string id = chat::make_room_id(static_cast<std::uint64_t>(room) * 0x9e3779b97f4a7c15, 7);
    sql += "INSERT INTO rooms VALUES ('" + id + "', 'Room " + std::to_string(room) + "', 'user" + std::to_string(room % users) + "');";
    for (int member = 0; member < members; ++member)
      sql += "INSERT INTO members (room, member) VALUES ('" + id + "', 'user" + std::to_string((room + member * 4) % users) + "');";
  }
  return sql + "COMMIT;";
}

std::string memory_of(const test::Process& process) {
  const auto text = test::read_file("/proc/" + std::to_string(process.id()) + "/status");
  std::istringstream rest(text.substr(text.find("VmRSS:") + 6));
  long kib = 0;
  rest >> kib;
  return std::to_string(kib / 1024) + " MB";
}

// What the clock says, and what the service and the broker have used of the processor meanwhile.
class Span {
 public:
  explicit Span(ServiceWorld& service) : world_(service), service_(service_time()), broker_(broker_time()) {}

  double milliseconds() const { return milliseconds_since(begin_); }
  std::string text(int parts = 1) const {
    std::ostringstream text;
    text << milliseconds() / parts << " ms (processor: service " << 1000 * (service_time() - service_) / parts << ", broker "
         << 1000 * (broker_time() - broker_) / parts << ")";
    return text.str();
  }

 private:
  // Of a service that was started since, all.
  double service_time() const { return world_.service->has_ended() ? 0 : test::processor_seconds(world_.service->id()); }
  double broker_time() const { return test::processor_seconds(world_.broker.id()); }

  ServiceWorld& world_;
  const Steady::time_point begin_ = Steady::now();
  const double service_;
  const double broker_;
};

}  // namespace

TEST_CASE("long: many rooms: start, memory, and the time that a change takes" * doctest::skip(std::getenv("WASMQTT_ROUNDS") == nullptr)) {
  (void)test::rounds(1);
  for (const int rooms : {10, 100, 1000}) {
    ServiceWorld service;
    service.kill_service();
    test::write_file(service.directory / "fill.sql", sql_of_rooms(rooms));
    service.sqlite(".read " + (service.directory / "fill.sql"));
    const Span filling(service);
    service.start_service();
    MESSAGE("note: " << rooms << " rooms of 50 members: an empty broker is filled in " << filling.text());
    service.kill_service();
    const Span reading(service);
    service.start_service();
    MESSAGE("note: " << rooms << " rooms: a full one is read and compared in " << reading.text());
    User vy = service.user("vy");
    constexpr int changes = 10;
    std::vector<double> asked, direct;
    const Span requests(service);
    std::string room;
    for (int change = 0; change < changes; ++change) {
      const auto begin = Steady::now();
      room = vy.ask(GroupAction::create, {}, "One more").room;
      asked.push_back(milliseconds_since(begin));
    }
    MESSAGE("note: " << rooms << " rooms: a request takes " << requests.text(changes));
    print_times(std::to_string(rooms) + " rooms: a request", asked);
    room = chat::make_room_id(0, 7);  // of 50 members, who are all told
    for (int change = 0; change < changes; ++change) {
      const bool wanted = change % 2 == 0;
      service.sqlite(wanted ? "INSERT INTO members (room, member) VALUES ('" + room + "', 'vy')" : "DELETE FROM members WHERE member = 'vy' AND room = '" + room + "'");
      const auto begin = Steady::now();
      while (vy.may_subscribe(chat::room_filter(room)) != wanted) REQUIRE(milliseconds_since(begin) < 60'000);
      direct.push_back(milliseconds_since(begin));
    }
    print_times(std::to_string(rooms) + " rooms: a right given or taken in the database, until it is in force", direct);
    MESSAGE("note: " << rooms << " rooms: the service has " << memory_of(*service.service));
  }
}
