// The latest headline of each topic in the categories that the reader chose: one subscription with a wildcard for each,
// and the broker's retained messages, so that a category fills at once.
#include <map>

#include "../example.hpp"
#include "wasmqtt/topic.hpp"

EM_JS(void, show_headline, (const char* topic, const char* text), {
  const name = UTF8ToString(topic);
  const list = document.getElementById("headlines");
  let item = Array.from(list.children).find((one) => one.dataset.topic === name);
  if (!item) {
    item = document.createElement("li");
    item.dataset.topic = name;
    list.append(item);
  }
  item.textContent = name.replace("news/", "") + ": " + UTF8ToString(text);
});
EM_JS(void, hide_headline, (const char* topic), {
  const name = UTF8ToString(topic);
  Array.from(document.getElementById("headlines").children).find((one) => one.dataset.topic === name).remove();
});
// Each check box's value is a topic filter.
EM_JS(void, follow_categories, (), {
  for (const box of document.querySelectorAll("input[type=checkbox]")) {
    const tell = () => {
      const size = lengthBytesUTF8(box.value) + 1;
      const at = _example_room(size);
      stringToUTF8(box.value, at, size);
      _choose(at, box.checked);
    };
    box.addEventListener("change", tell);
    if (box.checked) tell();
  }
});

namespace {

class NewsTicker {
 public:
  NewsTicker() { example_.mqtt.connect(); }

  void choose(const std::string& filter, bool on) {
    if (!on) return drop(filter);
    const auto subscription = example_.mqtt.subscribe(
        filter, wasmqtt::Qos::at_least_once, [this](const wasmqtt::Message& message) { show(message); });
    if (subscription) chosen_.insert_or_assign(filter, *subscription);
  }

 private:
  void show(const wasmqtt::Message& message) {
    const std::string topic(message.topic);
    // The newsroom took it back.
    if (message.payload.empty()) {
      if (headlines_.erase(topic) != 0) hide_headline(topic.c_str());
      return;
    }
    headlines_[topic] = wasmqtt::as_text(message.payload);
    show_headline(topic.c_str(), headlines_[topic].c_str());
  }

  void drop(const std::string& filter) {
    example_.mqtt.unsubscribe(chosen_.at(filter));
    chosen_.erase(filter);
    std::erase_if(headlines_, [&](const auto& headline) {
      for (const auto& [other, subscription] : chosen_) {
        if (wasmqtt::topic_matches(other, headline.first)) return false;
      }
      hide_headline(headline.first.c_str());
      return true;
    });
  }

  Example example_{own_id("news-ticker-")};
  std::map<std::string, wasmqtt::Subscription> chosen_;  // by topic filter
  std::map<std::string, std::string> headlines_;         // by topic
};

NewsTicker& ticker() {
  static NewsTicker one;
  return one;
}

}  // namespace

extern "C" EMSCRIPTEN_KEEPALIVE void choose(const char* filter, int on) { ticker().choose(filter, on != 0); }

int main() {
  ticker();
  follow_categories();
  return 0;
}
