#include "wasmqtt/browser/page_life_cycle.hpp"

#include <emscripten.h>

// js/page.js
extern "C" {
int wasmqtt_page_listen(wasmqtt::PageLifeCycle* self);
void wasmqtt_page_forget(int id);
int wasmqtt_page_online();
int wasmqtt_page_attended();

EMSCRIPTEN_KEEPALIVE int wasmqtt_page_event(wasmqtt::PageLifeCycle* self, int code) {
  return self->handle_event(code) ? 1 : 0;
}
}

namespace wasmqtt {
namespace {

void call(const std::function<void()>& callback) {
  if (callback) callback();
}

}  // namespace

PageLifeCycle::PageLifeCycle() : id_(wasmqtt_page_listen(this)), attended_(attended()) {}

PageLifeCycle::~PageLifeCycle() { wasmqtt_page_forget(id_); }

bool PageLifeCycle::attended() { return wasmqtt_page_attended() != 0; }
bool PageLifeCycle::online() { return wasmqtt_page_online() != 0; }

bool PageLifeCycle::handle_event(int code) {
  enum { shown, hidden, resumed, frozen, went_online, went_offline, leaving, asked, focus_changed };
  switch (code) {
    case shown:
      tell_attention();
      call(on_wake);
      return false;
    case hidden:
    case focus_changed:
      tell_attention();
      return false;
    case resumed:
      call(on_wake);
      return false;
    case went_online:
      call(on_online);
      return false;
    case went_offline:
      call(on_offline);
      return false;
    case frozen:
    case leaving:
      call(on_leave);
      return false;
    case asked:
      return on_leave_asked && on_leave_asked();
    default:
      return false;
  }
}

void PageLifeCycle::tell_attention() {
  const bool now = attended();
  if (now == attended_) return;
  attended_ = now;
  if (on_attended) on_attended(now);
}

}  // namespace wasmqtt
