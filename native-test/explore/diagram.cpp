#include "diagram.hpp"

#include <algorithm>
#include <array>

#include "chaos/connect_version.hpp"
#include "wasmqtt/decode.hpp"
#include "wasmqtt/describe.hpp"

namespace wasmqtt::explore {
namespace {

using Kind = Choice::Kind;

constexpr std::size_t left_column = 30;
constexpr std::size_t width = 74;

// What is said at the left of an event; empty: the packet that arrives says it.
const char* words_of(Kind kind) {
  switch (kind) {
    case Kind::start: return "process starts";
    case Kind::turn: return "client's turn";
    case Kind::durable: return "a batch is durable";
    case Kind::open: return "transport is open";
    case Kind::to_broker:
    case Kind::to_client:
    case Kind::burst: return "";
    case Kind::end: return "client sees the end";
    case Kind::retry:
    case Kind::timer: return "timer";
    case Kind::step: return "application publishes";
    case Kind::other: return "somebody publishes";
    case Kind::acknowledge: return "application acknowledges";
    case Kind::cancel: return "application cancels";
    case Kind::refuse: return "transport is refused";
    case Kind::cut: return "CUT";
    case Kind::cut_to_broker: return "CUT inside a packet out";
    case Kind::cut_to_client: return "CUT inside a packet in";
    case Kind::stall: return "STALL";
    case Kind::close: return "BROKER CLOSES";
    case Kind::forget: return "BROKER FORGETS";
    case Kind::kill: return "KILLED";
  }
  return "";
}

class Painter final : public Observer {
 public:
  void happens(Choice choice) override {
    std::string words = words_of(choice.kind);
    if (choice.kind == Kind::kill) words += ", " + std::to_string(choice.argument) + " batches kept";
    if (choice.kind == Kind::stall) words += choice.argument == 0 ? ", both ways" : choice.argument == 1 ? ", out" : ", in";
    if (!words.empty()) line(words, "");
  }
  void packet(Direction direction, Bytes bytes, bool arrives) override {
    if (!arrives) return;
    FrameReader reader(1 << 20);
    reader.feed(bytes);
    Frame frame;
    while (reader.next(frame) == FrameReader::Status::frame) {
      version_ = chaos::version_after(frame, version_);
      const auto packet = decode(frame, direction, version_);
      arrow(direction, packet ? describe(*packet) : std::string("(not legal)"));
    }
  }
  std::string text() const { return text_; }
  void line(const std::string& left, const std::string& right) {
    std::string padded = left;
    padded.resize(std::max(left_column, left.size()), ' ');
    text_ += "  " + padded + "|" + right + '\n';
  }

 private:
  void arrow(Direction direction, std::string words) {
    words = ' ' + words.substr(0, width - 8) + ' ';
    const std::size_t dashes = width - words.size() - 1;
    const std::string before(dashes / 2, '-'), after(dashes - dashes / 2, '-');
    line("", direction == Direction::outbound ? before + words + after + ">|" : '<' + before + words + after + '|');
  }

  ProtocolVersion version_ = ProtocolVersion::mqtt_3_1_1;
  std::string text_;
};

std::vector<std::string> run(const Mix& mix, const Faulties& faulties, const Path& path, Observer* observer) {
  SmallWorld world(mix, faulties, observer);
  Path next;
  for (const Choice choice : path) {
    world.choices(next);
    if (std::find(next.begin(), next.end(), choice) == next.end())
      return {std::string("the path does not fit this world: ") + name_of(choice.kind)};
    world.perform(choice);
  }
  if (world.failures().empty() && world.choices(next)) world.finish();
  return world.failures();
}

}  // namespace

std::string diagram(const Mix& mix, const Faulties& faulties, const Path& path) {
  Painter painter;
  const auto failures = run(mix, faulties, path, &painter);
  std::string client = "client", text = name_of(mix) + "\n" + to_text(path) + "\n\n  " + std::string(left_column - 3, ' ');
  text += client + std::string(width - 5, ' ') + "broker\n" + painter.text();
  for (const std::string& failure : failures) text += "  => " + failure + '\n';
  return text;
}

std::vector<std::string> failures_after(const Mix& mix, const Faulties& faulties, const Path& path) {
  return run(mix, faulties, path, nullptr);
}

}  // namespace wasmqtt::explore
