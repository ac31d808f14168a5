// How far each task is, as bars. A worker keeps the newest state retained on the task's topic, so whoever opens the page,
// at any time, sees it at once and follows it.
#include "../example.hpp"

// A bar for each topic; an empty text takes it away.
EM_JS(void, show_bar, (const char* topic, const char* text), {
  const name = UTF8ToString(topic).replace("progress/", "");
  const percent = UTF8ToString(text);
  const list = document.getElementById("tasks");
  let item = Array.from(list.children).find((one) => one.dataset.task === name);
  if (item && percent === "") return item.remove();
  if (!item) {
    item = document.createElement("li");
    item.dataset.task = name;
    const bar = document.createElement("progress");
    bar.max = 100;
    bar.setAttribute("aria-label", name);
    item.append(name + " ", bar, " ", document.createElement("span"));
    list.append(item);
  }
  item.querySelector("progress").value = Number(percent);
  item.querySelector("span").textContent = Number(percent) === 100 ? "done" : percent + " %";
});

int main() {
  static Example example(own_id("progress-"));
  const auto subscription =
      example.mqtt.subscribe("progress/+", wasmqtt::Qos::at_least_once, [](const wasmqtt::Message& message) {
        show_bar(std::string(message.topic).c_str(), std::string(wasmqtt::as_text(message.payload)).c_str());
      });
  if (!subscription) return 1;
  example.mqtt.connect();
  return 0;
}
