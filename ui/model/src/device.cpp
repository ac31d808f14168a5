#include "device.hpp"

#include <algorithm>
#include <utility>

#include "chat/records.hpp"

namespace chat {

void Device::load(std::function<void()> changed) {
  const auto visit = [this, changed = std::move(changed), alive = std::weak_ptr<bool>(alive_)](std::string_view key,
                                                                                              std::string_view value) {
    if (alive.expired()) return;
    read(key, value);
    changed();
  };
  store_.load(device_key, visit, [](bool, std::string_view) {});
  store_.load(waiting_prefix, visit, [](bool, std::string_view) {});
}

void Device::read(std::string_view key, std::string_view value) {
  if (key != device_key) {
    const Waiting waiting = read_waiting_record(key, value);
    if (waiting.messages != 0) state_.waiting.push_back(waiting);
    return;
  }
  const DeviceMemory memory = read_device_record(value);
  if (state_.settings.user.empty() && state_.screen == Screen::login) state_.settings.user = memory.user;
  state_.theme = memory.theme;
  state_.packet_layout = memory.packet_layout;
  state_.stages_seen = memory.stages_seen;
}

void Device::remember() {
  if (!state_.settings.remember) return;
  const Record record = device_record({state_.settings.user, state_.theme, state_.packet_layout, state_.stages_seen});
  store_.put({&record, 1}, [](bool, std::string_view) {});
}

void Device::choose_theme(const std::string& theme) {
  state_.theme = theme;
  remember();
}

void Device::arrange_packets(const ArrangePackets& intent) {
  state_.packet_layout = intent.layout;
  if (intent.keep) remember();
}

void Device::saw(int stage) {
  if (stage_of(state_.settings) == stage && state_.stages_seen.add(stage)) remember();
}

void Device::saw_sign_in(std::string_view user) {
  const Conversation* conversation = state_.conversations.find({state_.user, std::string(user)});
  const bool wrote_last = conversation != nullptr && !conversation->messages().empty() &&
                          conversation->messages().back().state == SendState::sent;
  if (wrote_last) saw(10);
}

void Device::note_waiting(const Waiting& waiting) {
  const auto same = [&](const Waiting& other) { return other.user == waiting.user && other.broker == waiting.broker; };
  const auto known = std::find_if(state_.waiting.begin(), state_.waiting.end(), same);
  if ((known == state_.waiting.end() ? 0 : known->messages) == waiting.messages) return;
  if (known != state_.waiting.end()) state_.waiting.erase(known);
  if (waiting.messages != 0) state_.waiting.push_back(waiting);
  if (!state_.settings.remember) return;
  if (waiting.messages == 0) return store_.remove(waiting_key(waiting.user, waiting.broker));
  const Record record = waiting_record(waiting);
  store_.put({&record, 1}, {});
}

}  // namespace chat
