#include "wasmqtt/browser/tab_group.hpp"

#include <emscripten.h>

#include <charconv>

// js/tab_group.js
extern "C" {
int wasmqtt_tabs_new(wasmqtt::TabGroup* self, wasmqtt::Room* room, const char* name, std::size_t size, const char* tab,
                     std::size_t tab_size, int first);
void wasmqtt_tabs_delete(int handle);
void wasmqtt_tabs_open(int handle);
void wasmqtt_tabs_resign(int handle);
void wasmqtt_tabs_send(int handle, std::uint32_t link, const std::uint8_t* bytes, std::size_t size);
void wasmqtt_tabs_depose(int handle, double epoch);

EMSCRIPTEN_KEEPALIVE void wasmqtt_tabs_unavailable(wasmqtt::TabGroup* self) { self->handle_unavailable(); }
EMSCRIPTEN_KEEPALIVE void wasmqtt_tabs_lead(wasmqtt::TabGroup* self, double epoch) {
  self->handle_lead(static_cast<std::uint64_t>(epoch));
}
EMSCRIPTEN_KEEPALIVE void wasmqtt_tabs_deposed(wasmqtt::TabGroup* self) { self->handle_deposed(); }
EMSCRIPTEN_KEEPALIVE void wasmqtt_tabs_leader(wasmqtt::TabGroup* self, double epoch, int worker) {
  self->handle_leader(static_cast<std::uint64_t>(epoch), worker != 0);
}
EMSCRIPTEN_KEEPALIVE void wasmqtt_tabs_joined(wasmqtt::TabGroup* self, std::uint32_t link) { self->handle_joined(link); }
EMSCRIPTEN_KEEPALIVE void wasmqtt_tabs_left(wasmqtt::TabGroup* self, std::uint32_t link) { self->handle_left(link); }
EMSCRIPTEN_KEEPALIVE void wasmqtt_tabs_frame(wasmqtt::TabGroup* self, std::uint32_t link) { self->handle_frame(link); }
}

namespace wasmqtt {
namespace {

constexpr std::size_t id_digits = 16;

std::string digits(std::uint64_t id) {
  std::string text(id_digits, '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, id >>= 4) *digit = "0123456789abcdef"[id & 15];
  return text;
}

}  // namespace

TabGroup::~TabGroup() {
  if (handle_ != 0) wasmqtt_tabs_delete(handle_);
}

void TabGroup::join() {
  if (handle_ != 0) return;
  const std::string tab = digits(id_);
  handle_ = wasmqtt_tabs_new(this, &room_, name_.data(), name_.size(), tab.data(), tab.size(), options_.may_be_first ? 1 : 0);
}

void TabGroup::open() { wasmqtt_tabs_open(handle_); }
void TabGroup::resign() { wasmqtt_tabs_resign(handle_); }
void TabGroup::depose(std::uint64_t epoch) { wasmqtt_tabs_depose(handle_, static_cast<double>(epoch)); }
void TabGroup::send(Link to, Bytes bytes) { wasmqtt_tabs_send(handle_, to, bytes.data(), bytes.size()); }

// The ids one after the other.
void TabGroup::handle_lead(std::uint64_t epoch) {
  std::vector<std::uint64_t> living;
  for (std::string_view rest = room_.text(); rest.size() >= id_digits; rest.remove_prefix(id_digits)) {
    std::uint64_t& id = living.emplace_back();
    (void)std::from_chars(rest.data(), rest.data() + id_digits, id, 16);
  }
  call(on_lead, epoch, living);
}

}  // namespace wasmqtt
