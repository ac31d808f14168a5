#include "output.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "support/hex.hpp"
#include "unread_answers.hpp"

using namespace wasmqtt;
using namespace wasmqtt::test;

namespace {

void add(Output& output, std::uint64_t position, std::string_view hex) {
  ByteBuffer& buffer = output.append(position);
  const auto bytes = from_hex(hex);
  buffer.insert(buffer.end(), bytes.begin(), bytes.end());
}

}  // namespace

TEST_CASE("output: bytes wait for the journal position they were appended at, in order") {
  Output output;
  add(output, 0, "01");
  add(output, 5, "0202");
  add(output, 5, "03");
  add(output, 7, "04");
  CHECK(to_hex(output.ready(0)) == "01");
  CHECK(to_hex(output.ready(4)) == "01");
  CHECK(to_hex(output.ready(5)) == "01020203");
  CHECK(to_hex(output.ready(7)) == "0102020304");
  CHECK(output.size() == 5);
}

TEST_CASE("output: partial writes keep the gates where they are") {
  Output output;
  add(output, 3, "0102");
  CHECK(output.ready(2).empty());
  output.consume(0);
  CHECK(to_hex(output.ready(3)) == "0102");
  output.consume(1);
  CHECK(to_hex(output.ready(3)) == "02");
  CHECK(output.ready(2).empty());
  add(output, 4, "03");
  CHECK(to_hex(output.ready(3)) == "02");
  output.consume(100);
  CHECK(output.empty());
  add(output, 4, "04");
  CHECK(to_hex(output.ready(4)) == "04");
}

TEST_CASE("output: a new connection starts afresh") {
  Output output;
  add(output, 3, "0102");
  output.consume(1);
  output.clear();
  CHECK(output.empty());
  CHECK(output.begin() == 0);
  add(output, 3, "aa");
  CHECK(output.ready(2).empty());
  CHECK(to_hex(output.ready(3)) == "aa");
}

TEST_CASE("output: a million packets go through with partial writes, gates and compaction, unchanged") {
  Output output;
  std::uint64_t written = 0;
  std::uint64_t read = 0;
  unsigned random = 1;
  for (std::uint64_t position = 1; position <= 100'000; ++position) {
    ByteBuffer& buffer = output.append(position);
    for (int i = 0; i < 10; ++i) buffer.push_back(static_cast<std::uint8_t>(written++ * 31));
    random = random * 1'664'525u + 1'013'904'223u;
    const Bytes ready = output.ready(position - random / 65'536u % 3);
    const std::size_t take = std::min<std::size_t>(ready.size(), random / 1024u % 40);
    bool same = true;
    for (std::size_t i = 0; i < take; ++i) same = same && ready[i] == static_cast<std::uint8_t>(read++ * 31);
    if (!same) FAIL("bytes changed before position " << position);
    output.consume(take);
    CHECK(output.begin() == read);
  }
  CHECK(output.end() == written);
}

TEST_CASE("output: what depends on no record goes before what waits, at a packet's border") {
  Output output;
  add(output, 0, "0101");
  add(output, 5, "0202");
  add(output, 7, "0303");
  output.consume(1);
  const auto packet = from_hex("c000");
  CHECK(output.insert_ready(packet, 4) == 2);
  CHECK(to_hex(output.ready(4)) == "01c000");
  CHECK(to_hex(output.ready(5)) == "01c0000202");
  CHECK(to_hex(output.ready(7)) == "01c00002020303");
  output.consume(3);
  CHECK(output.ready(4).empty());
  CHECK(output.insert_ready(packet, 5) == 6);
  CHECK(to_hex(output.ready(5)) == "0202c000");
  CHECK(to_hex(output.ready(7)) == "0202c0000303");
  CHECK(output.end() == 10);
}

TEST_CASE("output: unread answers are never counted too low, and at most twice") {
  UnreadAnswers answers;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::size_t most = 0;
  unsigned random = 7;
  for (int i = 0; i < 100'000; ++i) {
    random = random * 1'664'525u + 1'013'904'223u;
    answers.add(4, begin, end);
    end += 4;
    const std::size_t unread = static_cast<std::size_t>(end - begin);
    most = std::max(most, unread);
    if (answers.bytes() < unread) FAIL("counted too low at step " << i);
    if (answers.bytes() > 2 * most) FAIL("counted too high at step " << i);
    begin = std::min<std::uint64_t>(end, begin + random / 65'536u % 9);
  }
  answers.clear();
  CHECK(answers.bytes() == 0);
}
