// Who is online, in words; notices.
#include <doctest/doctest.h>

#include "chat/iso_time.hpp"
#include "chat/notices.hpp"
#include "chat/presence.hpp"
#include "chat/topics.hpp"
#include "chat_world.hpp"

using namespace chat;
using namespace std::chrono_literals;

namespace {

Time at(std::string_view iso) { return parse_iso_time(iso).value(); }

}  // namespace

TEST_CASE("presence: unknown until heard of, retained statuses at once") {
  Presence presence;
  const Time now = at("2025-03-01T10:00:00Z");
  CHECK(presence.of("peter", now).kind == Presence::Kind::unknown);
  presence.handle_status("peter", {false, now - 1h}, {.retained = true, .now = now});
  CHECK(presence.of("peter", now).kind == Presence::Kind::offline);
  CHECK(presence.of("peter", now).last_seen == now - 1h);
}

TEST_CASE("presence: a will counts from its arrival, and shows at once, unless its owner is there again with it") {
  Presence presence;
  const Time now = at("2025-03-01T10:00:00Z");
  presence.handle_status("peter", {true, now - 1h}, {.retained = true, .now = now});
  presence.handle_status("peter", {false, now - 1h}, {.now = now});
  CHECK(presence.of("peter", now).kind == Presence::Kind::online);
  CHECK(presence.next_change(now) == now + Presence::grace);
  CHECK(presence.of("peter", now + Presence::grace).kind == Presence::Kind::offline);
  CHECK(presence.of("peter", now + Presence::grace).last_seen == now);
  CHECK_FALSE(presence.next_change(now + Presence::grace));

  presence.handle_status("peter", {true, now + 10s}, {.now = now + 10s});
  presence.handle_status("peter", {false, now - 1h}, {.now = now + 20s});
  CHECK(presence.of("peter", now + 20s).kind == Presence::Kind::online);
  presence.handle_status("peter", {true, now + 20s}, {.now = now + 20s + 200ms});
  CHECK(presence.of("peter", now + 1min).kind == Presence::Kind::online);
  CHECK(Presence::grace < 500ms);
}

TEST_CASE("presence: a logout is shown at once") {
  Presence presence;
  const Time now = at("2025-03-01T10:00:00Z");
  presence.handle_status("peter", {true, now}, {.now = now});
  presence.handle_status("peter", {false, now + 9s}, {.now = now + 10s});
  CHECK(presence.of("peter", now + 10s).kind == Presence::Kind::offline);
}

TEST_CASE("presence: who is online is listed by name, as many as asked for, without oneself") {
  Presence presence;
  const Time now = at("2025-03-01T10:00:00Z");
  for (const char* name : {"vy", "me", "peter", "hannes"}) presence.handle_status(name, {true, now}, {.now = now});
  presence.handle_status("minh", {false, now}, {.now = now});
  CHECK(presence.online(now, 9, "me") == std::vector<std::string>{"hannes", "peter", "vy"});
  CHECK(presence.online(now, 2, "me") == std::vector<std::string>{"hannes", "peter"});
}

TEST_CASE("presence in words") {
  const chat::test::VirtualLoop loop;
  const chat::test::TestZone zone(loop);
  const Time now = at("2025-03-05T10:00:00Z");
  using Kind = Presence::Kind;
  CHECK(presence_text({Kind::online, {}}, zone, now) == "online");
  CHECK(presence_text({Kind::unknown, {}}, zone, now) == "unknown");
  CHECK(presence_text({Kind::offline, at("2025-03-05T09:42:00Z")}, zone, now) == "offline, last seen 10:42");
  CHECK(presence_text({Kind::offline, at("2025-03-04T09:42:00Z")}, zone, now) == "offline, last seen yesterday 10:42");
  CHECK(zone.day(at("2025-03-01T23:30:00Z"), now) == "Sunday");
  CHECK(zone.day(at("2024-12-24T12:00:00Z"), now) == "24 December 2024");
  CHECK(zone.day_in_sentence(now, now) == "today");
  CHECK(zone.day_in_sentence(at("2025-03-01T23:30:00Z"), now) == "Sunday");
  CHECK(zone.short_day(at("2025-03-01T23:30:00Z"), now) == zone.day(at("2025-03-01T23:30:00Z"), now).substr(0, 3));
  CHECK(zone.short_day(at("2025-02-01T12:00:00Z"), now) == "1 Feb");
  CHECK(zone.short_day(at("2024-12-24T12:00:00Z"), now) == "24 Dec 2024");
  CHECK(zone.short_day(now, now) == zone.clock(now));
}

TEST_CASE("ten thousand statuses are held, and more than the bound are not") {
  Presence presence;
  for (std::size_t i = 0; i < Presence::max_users + 10; ++i)
    CHECK(presence.handle_status("user" + std::to_string(i), {true, Time{}}, {.retained = true, .now = Time{}}) ==
          (i < Presence::max_users));
  CHECK(presence.handle_status("user0", {false, Time{}}, {.retained = true, .now = Time{}}));
  CHECK(presence.size() == Presence::max_users);
}

TEST_CASE("notices are bounded, and the same one in a row is counted, not repeated") {
  Notices notices(3);
  for (int i = 0; i < 5; ++i) notices.add({}, "bad", "a");
  CHECK(notices.list().size() == 1);
  CHECK(notices.list().back().count == 5);
  for (int i = 0; i < 5; ++i) notices.add({}, std::to_string(i));
  CHECK(notices.list().size() == 3);
  CHECK(notices.total() == 10);
  for (const std::size_t size : {Notices::max_text_bytes - 1, Notices::max_text_bytes, 100 * Notices::max_text_bytes}) {
    notices.add({}, std::string(size, 'x'), std::string(size, 't'));
    CHECK(notices.list().back().text.size() <= Notices::max_text_bytes + 3);
    CHECK(notices.list().back().topic.size() <= Notices::max_topic_bytes + 3);
  }
}
