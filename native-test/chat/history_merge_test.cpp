// What tabs tell each other of what they have stored: whatever the order, they end up with the same, and so does their store.
#include <doctest/doctest.h>

#include <deque>
#include <optional>
#include <random>

#include "history.hpp"

using namespace chat;
using namespace std::chrono_literals;

namespace {

const std::string user = "alice";
const std::string broker = "ws://b";
const ConversationKey peter{"alice", "peter"};

struct Told {
  std::string key;
  std::optional<std::string> value;
};

// A tab, with what it has been told and not looked at yet, for each teller.
struct Writer {
  Writer(MemoryChatStore& store, std::uint64_t number) : history(store, list, user, broker, number) {
    history.share(number, true);
    history.on_stored = [this](std::string_view key, const std::string* value) {
      for (std::deque<Told>* into : listeners) into->push_back({std::string(key), value ? std::optional(*value) : std::nullopt});
    };
    history.load([](bool) {});
  }
  void say(const std::string& id, const std::string& sender, Time at) {
    ChatMessage message{.id = id, .sender = sender, .receiver = sender == user ? "peter" : user, .text = id, .sent_at = at, .arrived_at = at,
                        .state = sender == user ? SendState::queued : SendState::none};
    if (!history.first_time(message)) return;
    Conversation& conversation = list.create(peter);
    if (sender != user) conversation.count_unread();
    history.keep(peter, history.insert(conversation, std::move(message)));
    history.keep(conversation);
  }
  void progress(const std::string& id, SendState state) {
    Conversation* conversation = list.find(peter);
    ChatMessage* message = conversation == nullptr ? nullptr : conversation->find(user, id);
    if (message == nullptr || message->state == SendState::delivered) return;
    message->state = state;
    history.keep(peter, *message);
  }
  std::string picture() const {
    const Conversation* conversation = list.find(peter);
    if (conversation == nullptr) return "nothing";
    std::string words = "draft " + conversation->draft + ", unread " + std::to_string(conversation->unread());
    for (const ChatMessage& message : conversation->messages())
      words += "\n" + message.id + " " + std::to_string(static_cast<int>(message.state)) + " " + std::to_string(message.number);
    return words;
  }

  ConversationList list;
  History history;
  std::vector<std::deque<Told>*> listeners;
};

// Each tab hears another in the order in which that one spoke, but nothing says whom first, nor how late.
struct Tabs {
  explicit Tabs(unsigned seed) : random(seed) {
    for (std::uint64_t i = 0; i < 3; ++i) tabs.push_back(std::make_unique<Writer>(store, 100 + i));
    for (std::size_t from = 0; from < 3; ++from)
      for (std::size_t to = 0; to < 3; ++to)
        if (from != to) tabs[from]->listeners.push_back(&lines[from][to]);
  }
  std::size_t below(std::size_t limit) { return random() % limit; }
  bool hear(bool again) {
    for (std::size_t tries = 0; tries < 20; ++tries) {
      const std::size_t from = below(3), to = below(3);
      if (lines[from][to].empty()) continue;
      const Told told = lines[from][to].front();
      if (!again) lines[from][to].pop_front();
      tabs[to]->history.merge(told.key, told.value);
      return true;
    }
    return false;
  }
  void hear_all() {
    for (std::size_t from = 0; from < 3; ++from)
      for (std::size_t to = 0; to < 3; ++to)
        while (!lines[from][to].empty()) {
          const Told told = lines[from][to].front();
          lines[from][to].pop_front();
          tabs[to]->history.merge(told.key, told.value);
        }
  }
  bool waiting() const {
    for (const auto& of : lines)
      for (const auto& line : of)
        if (!line.empty()) return true;
    return false;
  }
  void act(std::size_t step) {
    Writer& tab = *tabs[below(3)];
    const Time at = Time{1'700'000'000s} + std::chrono::milliseconds{step / 4};
    const std::string own = "own" + std::to_string(below(step + 1));
    Conversation* conversation = tab.list.find(peter);
    switch (below(7)) {
      case 0: return tab.say("own" + std::to_string(step), user, at);
      // Two tabs may take in the same message, when one has just lost the lead.
      case 1: case 2: return tab.say("in" + std::to_string(step / 3), "peter", at);
      case 3: return tab.progress(own, SendState::delivered);
      case 4: if (conversation != nullptr) tab.history.set_draft(*conversation, own, Time{}, at), tab.history.flush_drafts(); return;
      case 5:
        if (conversation == nullptr || conversation->empty()) return;
        conversation->mark_read(conversation->messages()[below(conversation->messages().size())].number);
        return tab.history.keep(*conversation);
      default: if (conversation != nullptr && below(8) == 0) tab.history.clear(*conversation); return;
    }
  }

  std::minstd_rand random;
  MemoryChatStore store;
  std::vector<std::unique_ptr<Writer>> tabs;
  std::deque<Told> lines[3][3];  // from, to
};

}  // namespace

TEST_CASE("whatever three tabs write, and whenever they hear of it, in the end all of them and their store have the same") {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Tabs world(seed);
    for (std::size_t step = 0; step < 60; ++step) {
      world.act(step);
      for (std::size_t heard = world.below(3); heard > 0; --heard) (void)world.hear(world.below(4) == 0);
    }
    while (world.waiting()) world.hear_all();
    const std::string picture = world.tabs[0]->picture();
    CHECK(world.tabs[1]->picture() == picture);
    CHECK(world.tabs[2]->picture() == picture);
    Writer later(world.store, 200);
    // How many are unread it counts as the last record of the conversation has it.
    if (Conversation* conversation = later.list.find(peter)) conversation->set_unread(world.tabs[0]->list.find(peter)->unread());
    CHECK(later.picture() == picture);
  }
}
