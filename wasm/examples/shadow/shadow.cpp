// The shadow of a lamp: what is wanted of it, what it has reported, and what is still to come. A wish names the version that was in
// view when it was made; of two pages that wish at once one is rejected, and shows what holds instead.
#include <algorithm>

#include "../example.hpp"

EM_JS(void, show_shadow, (const char* version, const char* desired, const char* reported), {
  const want = UTF8ToString(desired);
  const have = UTF8ToString(reported);
  document.getElementById("shadow").textContent = "Version " + UTF8ToString(version) + ": desired " + want + ", reported " + have +
      (want === have ? "." : ". The lamp will be " + want + " when it is back.");
  document.querySelectorAll("button").forEach((button) => {
    button.disabled = false;
    button.setAttribute("aria-pressed", String(button.dataset.colour === want));
    if (!button.onclick) {
      button.onclick = () => {
        const size = lengthBytesUTF8(button.dataset.colour) + 1;
        const at = _example_room(size);
        stringToUTF8(button.dataset.colour, at, size);
        _desire(at);
      };
    }
  });
});

EM_JS(void, show_outcome, (const char* text), { document.getElementById("outcome").textContent = UTF8ToString(text); });

namespace {

// Takes the next of the words that single spaces part; empty: there is none.
std::string next_word(std::string_view& text) {
  const auto space = std::min(text.find(' '), text.size());
  std::string word(text.substr(0, space));
  text.remove_prefix(std::min(space + 1, text.size()));
  return word;
}

class Shadow {
 public:
  Shadow() {
    using wasmqtt::Message, wasmqtt::Qos;
    const auto document = example_.mqtt.subscribe("shadow/lamp/document", Qos::at_least_once, [this](const Message& m) { show(m); });
    const auto rejected = example_.mqtt.subscribe("shadow/lamp/rejected/" + page_, Qos::at_least_once, [this](const Message& m) { reject(m); });
    if (document && rejected) example_.mqtt.connect();
  }

  void desire(const std::string& colour) {
    wish_ = colour;
    show_outcome(("Asking for " + colour + "…").c_str());
    const auto sent = example_.mqtt.publish("shadow/lamp/desire", version_ + ' ' + page_ + ' ' + colour, {.qos = wasmqtt::Qos::exactly_once});
    if (!sent) example_show_state(std::string(sent.error().message()).c_str());
  }

 private:
  void show(const wasmqtt::Message& message) {
    std::string_view rest = wasmqtt::as_text(message.payload);
    const std::string version = next_word(rest), desired = next_word(rest), reported = next_word(rest);
    if (reported.empty()) return;
    if (!wish_.empty() && version != version_ && desired == wish_) show_outcome(("Accepted: " + desired + ".").c_str());
    version_ = version;
    show_shadow(version.c_str(), desired.c_str(), reported.c_str());
  }

  void reject(const wasmqtt::Message& message) {
    std::string_view rest = wasmqtt::as_text(message.payload);
    const std::string version = next_word(rest), desired = next_word(rest);
    show_outcome(("Rejected: somebody was faster, and wants " + desired + " (version " + version + ").").c_str());
    wish_.clear();
  }

  const std::string page_ = own_id("page-");
  std::string version_ = "0";
  std::string wish_;
  Example example_{page_};
};

Shadow& shadow() {
  static Shadow one;
  return one;
}

}  // namespace

extern "C" EMSCRIPTEN_KEEPALIVE void desire(const char* colour) { shadow().desire(colour); }

int main() {
  shadow();
  return 0;
}
