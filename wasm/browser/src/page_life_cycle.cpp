#include "wasmqtt/browser/page_life_cycle.hpp"

#include <emscripten.h>

// js/page.js
extern "C" {
int wasmqtt_page_listen(wasmqtt::PageLifeCycle* self);
void wasmqtt_page_forget(int id);
int wasmqtt_page_online();
int wasmqtt_page_visible();

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

PageLifeCycle::PageLifeCycle() : id_(wasmqtt_page_listen(this)) {}

PageLifeCycle::~PageLifeCycle() { wasmqtt_page_forget(id_); }

bool PageLifeCycle::visible() { return wasmqtt_page_visible() != 0; }
bool PageLifeCycle::online() { return wasmqtt_page_online() != 0; }

bool PageLifeCycle::handle_event(int code) {
  enum { shown, hidden, resumed, frozen, went_online, went_offline, leaving, asked };
  switch (code) {
    case shown:
    case hidden:
      if (on_visible) on_visible(code == shown);
      if (code == shown) call(on_wake);
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

}  // namespace wasmqtt
