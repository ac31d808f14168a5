#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <optional>

#include "wasmqtt/journal.hpp"
#include "wasmqtt/native/file_store.hpp"
#include "world.hpp"

using namespace wasmqtt;

namespace {

using Durability = FileStoreOptions::Durability;
const std::string id = "worker/1";

struct Loaded {
  bool ok = false;
  std::string records;
  std::string problem;
};

Loaded load(FileStore& store, const std::string& client_id = id) {
  std::optional<Loaded> result;
  store.load(client_id, [&](bool ok, Bytes records, std::string_view problem) {
    result = Loaded{ok, std::string(as_text(records)), std::string(problem)};
  });
  REQUIRE(result);
  return *result;
}

struct Fixture {
  test::World world;
  test::TemporaryDirectory directory;
  FileStoreOptions options{.directory = directory / "sessions"};

  std::string path() const { return options.directory + '/' + FileStore::file_name(id); }

  Loaded load_anew() {
    FileStore store(world.context, options);
    return load(store);
  }

  // Waits for the answer.
  std::string append(FileStore& store, std::string_view records) {
    std::optional<std::string> answer;
    store.append(as_bytes(records), [&](bool ok, std::string_view problem) {
      CHECK(ok == problem.empty());
      answer = problem;
    });
    CHECK(!answer);
    REQUIRE(world.run_until([&] { return answer.has_value(); }));
    return *answer;
  }

  std::size_t file_size() const { return std::filesystem::file_size(path()); }

  void write_batches() {
    FileStore store(world.context, options);
    load(store);
    for (auto batch : {"first ", "second ", "third "}) REQUIRE(append(store, batch).empty());
  }

  // A file with one confirmed batch, and the bytes of a second one that a crash could cut off anywhere.
  std::pair<std::string, std::string> interrupted() {
    FileStore store(world.context, options);
    load(store);
    append(store, "first ");
    auto confirmed = test::read_file(path());
    append(store, "second ");
    return {confirmed, test::read_file(path()).substr(confirmed.size())};
  }
};

// What version 1 wrote for "first " and "second ".
const std::string version_1_journal(
    "wasmqtt journal 1\n\010\000\000\000worker/1\323\007\303c"
    "\006\000\000\000n\303\247Cfirst \007\000\000\000\271rd\002second ",
    63);

// A batch that names itself: its number, and a length that depends on it.
std::string numbered_batch(unsigned number) {
  std::string batch = '<' + std::to_string(number) + ':' + std::string(number * 37 % 300, 'x') + '>';
  return batch;
}

// How many whole batches, from 0 on, `records` is; nullopt when it is something else.
std::optional<unsigned> count_batches(std::string_view records) {
  unsigned number = 0;
  for (; !records.empty(); ++number) {
    auto batch = numbered_batch(number);
    if (!records.starts_with(batch)) return std::nullopt;
    records.remove_prefix(batch.size());
  }
  return number;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "FileStore: batches come back in order, also by a new store") {
  {
    FileStore store(world.context, options);
    auto nothing = load(store);
    CHECK(nothing.ok);
    CHECK(nothing.records.empty());
    CHECK(append(store, "one ").empty());
    CHECK(append(store, "two ").empty());
    CHECK(load(store).records == "one two ");
    CHECK(append(store, "three").empty());
  }
  CHECK(load_anew().records == "one two three");
}

TEST_CASE_FIXTURE(Fixture, "FileStore: answers come in the order of the batches, and a run() waits for them") {
  test::World other;
  boost::asio::io_context context;
  FileStore store(context, options);
  load(store);
  std::vector<unsigned> answers;
  for (unsigned number = 0; number < 500; ++number) {
    store.append(as_bytes(numbered_batch(number)), [&, number](bool ok, std::string_view) {
      CHECK(ok);
      answers.push_back(number);
    });
  }
  context.run();
  REQUIRE(answers.size() == 500);
  CHECK(std::is_sorted(answers.begin(), answers.end()));
  CHECK(count_batches(load(store).records) == 500U);
}

TEST_CASE_FIXTURE(Fixture, "FileStore: a store that goes away writes what it took, and calls nothing back") {
  bool called = false;
  {
    FileStore store(world.context, options);
    load(store);
    store.append(as_bytes("kept"), [&](bool, std::string_view) { called = true; });
  }
  world.run_ready();
  CHECK(!called);
  CHECK(load_anew().records == "kept");
}

TEST_CASE_FIXTURE(Fixture, "FileStore: sessions of different client ids are kept apart") {
  FileStore a(world.context, options), b(world.context, options);
  load(a, "a");
  load(b, "b");
  append(a, "for a");
  append(b, "for b");
  CHECK(load(a, "c").records.empty());
  CHECK(load(a, "a").records == "for a");
  CHECK(load(b, "b").records == "for b");
}

TEST_CASE("FileStore: file names are safe, readable, and different for different ids") {
  CHECK(FileStore::file_name("mqtt-chat-client-peter") == "mqtt-chat-client-peter.journal");
  CHECK(FileStore::file_name("../etc/passwd") == "%2E.%2Fetc%2Fpasswd.journal");
  CHECK(FileStore::file_name(".hidden") == "%2Ehidden.journal");
  CHECK(FileStore::file_name("") == "%.journal");
  CHECK(FileStore::file_name("%") == "%25.journal");
  CHECK(FileStore::file_name(std::string("a\0b", 3)) == "a%00b.journal");
  std::string many(65535, 'x');
  auto name = FileStore::file_name(many + "1");
  CHECK(name.size() < 200);
  CHECK(name != FileStore::file_name(many + "2"));
}

TEST_CASE_FIXTURE(Fixture, "FileStore: files are for their owner only") {
  FileStore store(world.context, options);
  load(store);
  append(store, "secret");
  for (const auto& entry : std::filesystem::directory_iterator(options.directory)) {
    CAPTURE(entry.path().string());
    CHECK((entry.status().permissions() & std::filesystem::perms::mask) ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  }
}

TEST_CASE_FIXTURE(Fixture, "FileStore: a batch torn at any byte is cut off, and writing goes on behind the others") {
  auto [confirmed, unfinished] = interrupted();
  for (std::size_t length = 0; length < unfinished.size(); ++length) {
    CAPTURE(length);
    test::write_file(path(), confirmed + unfinished.substr(0, length));
    FileStore store(world.context, options);
    auto loaded = load(store);
    REQUIRE(loaded.ok);
    REQUIRE(loaded.records == "first ");
    REQUIRE(file_size() == confirmed.size());
    REQUIRE(append(store, "third").empty());
    REQUIRE(load(store).records == "first third");
  }
  test::write_file(path(), confirmed + unfinished);
  CHECK(load_anew().records == "first second ");
}

TEST_CASE_FIXTURE(Fixture, "FileStore: an unfinished batch may lack any part: sizes can be on the disk before data") {
  auto [confirmed, unfinished] = interrupted();
  for (std::size_t at = 0; at < unfinished.size(); ++at) {
    CAPTURE(at);
    auto wrong = unfinished;
    wrong[at] = static_cast<char>(wrong[at] ^ 0x10);
    test::write_file(path(), confirmed + wrong);
    REQUIRE(load_anew().records == "first ");
  }
  test::write_file(path(), confirmed + std::string(5000, '\0'));
  CHECK(load_anew().records == "first ");
}

TEST_CASE_FIXTURE(Fixture, "FileStore: any flipped bit is found and told, and nothing is changed") {
  write_batches();
  const auto sound = test::read_file(path());
  REQUIRE(load_anew().records == "first second third ");
  for (std::size_t bit = 0; bit < sound.size() * 8; ++bit) {
    CAPTURE(bit / 8);
    CAPTURE(bit % 8);
    auto damaged = sound;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    test::write_file(path(), damaged);
    auto loaded = load_anew();
    REQUIRE(!loaded.ok);
    REQUIRE(loaded.records.empty());
    REQUIRE(loaded.problem.find(path()) != std::string::npos);
    REQUIRE(test::read_file(path()) == damaged);
  }
  test::write_file(path(), sound);
  CHECK(load_anew().records == "first second third ");
}

TEST_CASE_FIXTURE(Fixture, "FileStore: where a journal is damaged is told in words") {
  write_batches();
  auto damaged = test::read_file(path());
  auto first_frame = damaged.find("first ") - 8;
  SUBCASE("in a length") { damaged[first_frame + 1] = 1; }
  SUBCASE("in a checksum") { damaged[first_frame + 4] ^= 1; }
  SUBCASE("in the bytes") { damaged[first_frame + 8] = 'F'; }
  test::write_file(path(), damaged);
  CHECK(load_anew().problem == "The session journal " + path() + " is damaged at byte " + std::to_string(first_frame) +
                                   ". It is left as it is.");
}

TEST_CASE_FIXTURE(Fixture, "FileStore: a journal that has lost confirmed bytes at its end is told, and nothing is changed") {
  write_batches();
  const auto whole = test::read_file(path());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    test::write_file(path(), whole.substr(0, length));
    auto loaded = load_anew();
    REQUIRE(!loaded.ok);
    REQUIRE(loaded.records.empty());
    REQUIRE(file_size() == length);
  }
}

TEST_CASE_FIXTURE(Fixture, "FileStore: a journal of version 1 keeps its batches and becomes one of version 2") {
  std::filesystem::create_directories(options.directory);
  test::write_file(path(), version_1_journal);
  CHECK(load_anew().records == "first second ");
  CHECK(test::read_file(path()).starts_with("wasmqtt journal 2\n"));
  CHECK(load_anew().records == "first second ");
  SUBCASE("a torn last batch was not confirmed") {
    test::write_file(path(), version_1_journal.substr(0, version_1_journal.size() - 1));
    CHECK(load_anew().records == "first ");
  }
  SUBCASE("damage before a sound batch is told, and nothing is changed") {
    auto damaged = version_1_journal;
    damaged[damaged.find("first")] = 'F';
    test::write_file(path(), damaged);
    CHECK(!load_anew().ok);
    CHECK(test::read_file(path()) == damaged);
  }
}

TEST_CASE_FIXTURE(Fixture, "FileStore: a journal of a version to come is not touched") {
  write_batches();
  auto newer = test::read_file(path());
  newer[16] = '3';
  test::write_file(path(), newer);
  auto loaded = load_anew();
  CHECK(!loaded.ok);
  CHECK(loaded.problem.find("was written by a newer version") != std::string::npos);
  CHECK(test::read_file(path()) == newer);
}

TEST_CASE_FIXTURE(Fixture, "FileStore: a file that is something else is not touched") {
  std::filesystem::create_directories(options.directory);
  for (auto content : {"", "wasmqtt", "#!/bin/sh\necho something else entirely, longer than a header\n"}) {
    test::write_file(path(), content);
    auto loaded = load_anew();
    CHECK(!loaded.ok);
    CHECK(loaded.problem.find("not a journal of this session") != std::string::npos);
    CHECK(test::read_file(path()) == content);
  }
}

TEST_CASE_FIXTURE(Fixture, "FileStore: a second user of the same session is refused until the first is gone") {
  {
    FileStore first(world.context, options);
    load(first);
    FileStore second(world.context, options);
    auto refused = load(second);
    CHECK(!refused.ok);
    CHECK(refused.problem.find("in use by another process") != std::string::npos);
    CHECK(append(second, "x") == refused.problem);
    append(first, "mine");
  }
  CHECK(load_anew().records == "mine");
}

TEST_CASE_FIXTURE(Fixture, "FileStore: a directory that can not be made is a sentence, not an exception") {
  test::write_file(directory / "file", "");
  options.directory = directory / "file/sessions";
  FileStore store(world.context, options);
  auto loaded = load(store);
  CHECK(!loaded.ok);
  CHECK(loaded.problem.find("cannot be made") != std::string::npos);
  CHECK(!append(store, "x").empty());
}

TEST_CASE_FIXTURE(Fixture, "FileStore: a full disk is told once and for all, and leaves what was written whole") {
  std::fflush(nullptr);
  pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    // A limit on the size of files stands for a disk that is full.
    std::signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit {300, 300};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    bool as_expected = false;
    {
      FileStore store(world.context, options);
      load(store);
      auto fits = append(store, "fits");
      auto too_much = append(store, std::string(1000, 'x'));
      auto afterwards = append(store, "small");
      as_expected = fits.empty() && too_much.find("cannot be written") != std::string::npos && afterwards == too_much;
    }
    ::_exit(as_expected ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(load_anew().records == "fits");
}

TEST_CASE_FIXTURE(Fixture, "FileStore: killed in mid-write at any time, confirmed batches are there and none is torn") {
  for (int round = 0; round < 30; ++round) {
    CAPTURE(round);
    options.directory = directory / std::to_string(round);
    options.durability = round % 2 == 0 ? Durability::power_cut : Durability::process_crash;
    int confirmed_pipe[2];
    REQUIRE(::pipe(confirmed_pipe) == 0);
    std::fflush(nullptr);
    pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      ::close(confirmed_pipe[0]);
      FileStore store(world.context, options);
      load(store);
      unsigned next = 0;
      std::function<void()> go_on = [&] {
        unsigned number = next++;
        store.append(as_bytes(numbered_batch(number)), [&, number](bool ok, std::string_view) {
          if (!ok || ::write(confirmed_pipe[1], &number, sizeof number) != sizeof number) ::_exit(1);
          go_on();
        });
      };
      for (int at_once = 0; at_once < 5; ++at_once) go_on();
      world.context.run();
      ::_exit(0);
    }
    ::close(confirmed_pipe[1]);
    unsigned confirmed = 0;
    unsigned wanted = static_cast<unsigned>(1 + round * 13);
    while (confirmed < wanted) REQUIRE(::read(confirmed_pipe[0], &confirmed, sizeof confirmed) == sizeof confirmed);
    ::kill(child, SIGKILL);
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    while (::read(confirmed_pipe[0], &confirmed, sizeof confirmed) == sizeof confirmed) {
    }
    ::close(confirmed_pipe[0]);

    auto loaded = load_anew();
    REQUIRE(loaded.ok);
    auto count = count_batches(loaded.records);
    REQUIRE(count.has_value());
    CHECK(*count > confirmed);
  }
}

TEST_CASE_FIXTURE(Fixture, "FileStore: a long journal of messages that are gone is made short, and restores the same") {
  options.compact_above = 10'000;
  options.durability = Durability::process_crash;
  auto record = [](JournalRecord::Kind kind, std::uint64_t number) {
    ByteBuffer bytes;
    JournalRecord written{.kind = kind, .number = number};
    if (kind == JournalRecord::Kind::session) written.text = id;
    if (kind == JournalRecord::Kind::put) {
      written.qos = Qos::at_least_once;
      written.text = "a/topic";
      written.payload = as_bytes("payload");
    }
    write_record(written, bytes);
    return std::string(as_text(bytes));
  };
  using Kind = JournalRecord::Kind;
  {
    FileStore store(world.context, options);
    load(store);
    append(store, record(Kind::session, 0) + record(Kind::put, 1));
    for (std::uint64_t number = 2; number < 3000; ++number)
      append(store, record(Kind::put, number) + record(Kind::removed, number));
    append(store, record(Kind::put, 3000));
  }
  CHECK(file_size() < 20'000);
  auto records = load_anew().records;
  auto alive = compact(as_bytes(records));
  REQUIRE(alive);
  std::vector<std::uint64_t> numbers;
  JournalReader reader(*alive);
  for (JournalRecord found; reader.next(found) == JournalReader::Status::record;)
    if (found.kind == Kind::put) numbers.push_back(found.number);
  CHECK(numbers == std::vector<std::uint64_t>{1, 3000});
  CHECK(!std::filesystem::exists(path() + ".new"));
}
