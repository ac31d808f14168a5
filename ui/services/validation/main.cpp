// validation_worker: checks messages of MQTT Chat before anybody reads them.
//
//   validation_worker --url mqtt://127.0.0.1:1884 --password-file FILE --database rights.db --state DIRECTORY [--name 2]
//
// It takes requests (chat/messages/<receiver>/<sender>/request, and those of rooms) and publishes each as accepted, or rejected
// with a reason: forbidden words, which it reads from the rights service's database and follows within a second, a size, and a
// rate for each sender. It connects when it has read the words, and says what it waits for until then. Each request is answered
// once, in order, also when the worker is killed at any moment.
//
// Several workers, each with a --name of its own, share the load. With --part 1/3, 2/3 and 3/3 each has the senders that fall to
// its part: in order for each sender, whose rate one worker counts. Without, the broker gives each request to one of them
// ($share/validation/…), and workers come and go as they like; but two messages that one sender sends right after one another may
// be answered in the other order, each worker counts a sender's rate for itself, and Mosquitto 2.0.11 forgets shared
// subscriptions when it restarts: what is sent before a worker is back is lost. One alone is best told --part 1/1.
//
// A worker that is ended (SIGTERM) or killed keeps its place: what the broker gives it waits until it is
// back. SIGUSR1 ends it for good: it takes no more requests, answers those that it has, and leaves the others to the others.
//
// Of the database it needs to read one table, no more: in PostgreSQL a role with GRANT SELECT ON forbidden_words, with SQLite read
// access to the file and write access to its directory (where SQLite keeps two more files, which readers share).
//
// In production: an account of its own with the kind 'worker' in the database, mqtts://, a directory for --state on a disk that
// lasts, and a unit as that of the rights service (../rights/main.cpp), with validation_worker@.service for several.
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <filesystem>
#include <functional>
#include <iostream>
#include <utility>

#include "common/service_connection.hpp"
#include "rights/database_watch.hpp"
#include "worker.hpp"

namespace {

using namespace validation;

constexpr std::string_view help = R"(validation_worker: checks messages before anybody reads them.

  --name NAME           of this worker, when there are several (default 1)
  --part K/N            takes the K-th of N parts of the senders (default: what the broker gives it of a shared subscription)
  --max-bytes N         of a message's text (4096)
  --messages-per-minute N
                        of one sender (120))";

struct Options {
  chat::ServiceOptions service;
  std::string name = "1";
  Part part{};
  std::size_t max_bytes = 4096;
  std::size_t per_minute = 120;
};

std::string take_part(const std::string& value, Part& part) {
  constexpr std::size_t most = 1000;
  const auto slash = value.find('/');
  const bool good = slash != std::string::npos && chat::take_number(value.substr(0, slash), most, part.number).empty() &&
                    chat::take_number(value.substr(slash + 1), most, part.of).empty() && part.number <= part.of;
  --part.number;
  return good ? "" : "it is K/N: the K-th part of N";
}

std::optional<std::string> take_option(std::string_view name, const std::string& value, Options& options) {
  if (name == "--max-bytes") return chat::take_number(value, chat::max_content_bytes, options.max_bytes);
  if (name == "--messages-per-minute") return chat::take_number(value, 100'000'000, options.per_minute);
  if (name == "--part") return take_part(value, options.part);
  if (name != "--name") return std::nullopt;
  options.name = value;
  return value.empty() || value.find_first_of("/+#") != std::string::npos ? "it is a short word" : "";
}

void log(std::string_view line) { std::cout << "validation_worker: " << line << std::endl; }

// Keeps the forbidden words as the database says, or while it does not answer as it has said last.
struct WordsReader {
  void check() {
    try {
      stale = database.changed() || stale;
      if (!stale) return problem.clear();
      words.set(database.forbidden_words());
      stale = false;
      problem.clear();
      if (!std::exchange(known, true)) on_known();
    } catch (const rights::DatabaseError& error) {
      if (std::exchange(problem, error.what()) == error.what()) return;  // told of already
      log((known ? "the forbidden words may have changed: " : "waiting for the forbidden words: ") + problem);
    }
  }

  rights::RightsDatabase& database;
  ForbiddenWords& words;
  std::function<void()> on_known;  // when they have been read for the first time
  bool known = false;
  bool stale = true;
  std::string problem{};
};

int run(const Options& options) {
  const std::string client_id = "validation-worker-" + options.name;
  const std::string directory = options.service.state_directory.empty() ? "." : options.service.state_directory;
  std::filesystem::create_directories(directory);
  rights::RightsDatabase database(rights::open_database(options.service.database, rights::DatabaseUse::read));
  AnswerStore store(directory + '/' + client_id + ".db");
  ForbiddenWords words;
  chat::RateLimit rate(options.per_minute);
  boost::asio::io_context context;
  wasmqtt::MqttOptions mqtt = chat::service_mqtt_options(options.service, client_id);
  mqtt.client.clean_session = false;
  mqtt.driver.store_failure = wasmqtt::StoreFailure::stop;  // rather no answer than two
  chat::ServiceConnection connection(context, options.service, std::move(mqtt), &store);
  Worker worker(connection.mqtt, store,
                {check_size(options.max_bytes), check_words(words), check_rate(rate, options.per_minute)}, options.part,
                [&] { return connection.loop.now(); }, log);
  // Not before there is something to check by: no message passes because the words are not known.
  WordsReader reader{database, words, [&] {
    connection.mqtt.connect();
    connection.mqtt.on_turn = [&] {
      if (connection.mqtt.state() == wasmqtt::ConnectionState::stopped) context.stop();
    };
  }};
  const rights::DatabaseWatch watch(context, database, [&] { reader.check(); });
  boost::asio::signal_set signals(context, SIGINT, SIGTERM, SIGUSR1);
  signals.async_wait([&](const boost::system::error_code&, int signal) {
    if (signal == SIGUSR1 && reader.known) return worker.retire();
    context.stop();
  });
  context.run();
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  Options options;
  options.service.user = "validation-worker";
  int exit_code = 0;
  const auto take = [&](std::string_view name, const std::string& value) { return take_option(name, value, options); };
  if (!chat::parse_service_options(count, arguments, help, take, options.service, exit_code)) return exit_code;
  try {
    return run(options);
  } catch (const std::exception& problem) {
    std::cerr << "validation_worker: " << problem.what() << '\n';
    return 1;
  }
}
