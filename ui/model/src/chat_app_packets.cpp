// What an application does for those who look at its packets: which ones they see, files of them, trouble on the connection, and
// the texts that explain it.
#include "chat/chat_app.hpp"

#include "chat/names.hpp"
#include "chat/packet_export.hpp"
#include "chat/packet_import.hpp"
#include "chat/pcapng.hpp"
#include "account.hpp"

namespace chat {

// Of a client that goes: the next one continues where they end.
void ChatApp::keep_packets(wasmqtt::PacketTrace& trace) {
  packets_ = std::exchange(trace, wasmqtt::PacketTrace());
  state_.trace = &*packets_;
}

void ChatApp::clear_packets() {
  if (account_ && account_->trace()) account_->trace()->clear();
  else if (packets_) packets_->clear();
}

void ChatApp::show_packets() {
  if (opened_) return;
  state_.trace = account_ && account_->trace() ? account_->trace() : packets_ ? &*packets_ : nullptr;
}

void ChatApp::export_packets(PacketFile format) {
  if (state_.trace == nullptr || !on_download) return;
  if (format == PacketFile::pcapng) on_download("mqtt-packets.pcapng", write_pcapng(*state_.trace));
  else on_download("mqtt-packets.jsonl", export_json_lines(*state_.trace));
}

void ChatApp::handle_file(std::string_view name, std::string_view bytes) {
  constexpr std::size_t most_packets = 100'000;
  std::optional<wasmqtt::PacketTrace> trace = read_packets(bytes, {.max_packets = most_packets});
  if (trace) {
    opened_ = std::move(trace);
    state_.opened_file = cut_utf8(name, 80);
  } else {
    state_.notices.add(platform_.zone.now(),
                       bytes.empty() ? "This file is empty, has more than 64 MB, or cannot be read."
                                     : "This is no file of MQTT packets: neither JSON lines of an export, nor a pcapng capture.");
  }
  update();
  changed();
}

void ChatApp::close_packets() {
  opened_.reset();
  state_.opened_file.clear();
  show_packets();
}

void ChatApp::make_trouble(const MakeTrouble& intent) {
  constexpr std::chrono::seconds delay{2};
  if (account_ && !account_->leads())
    return state_.notices.add(platform_.zone.now(), "Another tab has the connection: trouble can be made there.", {});
  if (intent.what == Trouble::forget_session && account_) return account_->forget_session();
  TroubleTransport* const trouble = platform_.trouble;
  if (trouble == nullptr || !account_) return;
  switch (intent.what) {
    case Trouble::pull_plug: trouble->pull_plug(); break;
    case Trouble::lose_acknowledgement: trouble->lose_next_acknowledgement(intent.on); break;
    case Trouble::delay: trouble->set_delay(intent.on ? delay : std::chrono::seconds{0}); break;
    case Trouble::freeze: trouble->set_frozen(intent.on); break;
    case Trouble::forget_session: break;
  }
  show_trouble();
}

void ChatApp::show_trouble() {
  if (account_ && account_->workbench()) state_.workbench = account_->workbench()->state();
  state_.workbench.trouble_elsewhere = platform_.trouble != nullptr && account_ && !account_->leads();
  if (platform_.trouble == nullptr || state_.workbench.trouble_elsewhere) return;
  state_.workbench.has_trouble = true;
  state_.workbench.losing = platform_.trouble->losing();
  state_.workbench.delayed = platform_.trouble->delay() != Duration{};
  state_.workbench.frozen = platform_.trouble->frozen();
}

TextStatus& ChatApp::status_of(TextFile file) {
  return file == TextFile::lessons ? state_.lessons_are : state_.explanations_are;
}

void ChatApp::load_text(TextFile file) {
  TextStatus& status = status_of(file);
  if (status == TextStatus::loading || status == TextStatus::there) return;
  status = on_load_text ? TextStatus::loading : TextStatus::failed;
  if (on_load_text) on_load_text(file);
}

void ChatApp::handle_text(TextFile file, std::optional<std::string_view> json) {
  bool read = false;
  if (json && file == TextFile::explanations) read = state_.explanations.read(*json);
  if (json && file == TextFile::lessons) {
    if (auto lessons = read_lessons(*json)) state_.lessons = std::move(*lessons), read = true;
  }
  status_of(file) = read ? TextStatus::there : TextStatus::failed;
  changed();
}

}  // namespace chat
