// Bids on what is auctioned. The highest bid of an item is retained on auctions/<id> as "amount bidder"; a bid goes to
// auctions/<id>/bid in the same form. Only the auctioneer writes the former, so the page believes nothing but that.
#include "../example.hpp"

EM_JS(void, show_item, (const char* item_name, const char* amount_text, const char* bidder_name, int mine), {
  const name = UTF8ToString(item_name);
  const amount = Number(UTF8ToString(amount_text));
  const list = document.getElementById("items");
  let form = Array.from(list.children).find((one) => one.dataset.item === name);
  if (!form) {
    form = document.createElement("form");
    form.dataset.item = name;
    form.setAttribute("aria-label", name);
    const field = document.createElement("input");
    field.type = "number";
    field.required = true;
    field.setAttribute("aria-label", "Your bid for the " + name);
    const button = document.createElement("button");
    button.textContent = "Bid for the " + name;
    form.append(document.createElement("output"), field, button);
    // What somebody is typing is not changed under their fingers.
    field.addEventListener("input", () => { form.dataset.edited = "yes"; });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      delete form.dataset.edited;
      const size = lengthBytesUTF8(name) + 1;
      const at = _example_room(size);
      stringToUTF8(name, at, size);
      _bid(at, field.valueAsNumber);
    });
    list.append(form);
  }
  const field = form.querySelector("input");
  field.min = amount + 1;
  if (!form.dataset.edited) field.value = amount + 1;
  const who = mine ? "you lead" : "led by " + UTF8ToString(bidder_name);
  form.querySelector("output").textContent = name + ": " + amount + ", " + who;
});

namespace {

class Auction {
 public:
  Auction() {
    const auto subscription = example_.mqtt.subscribe(
        "auctions/+", wasmqtt::Qos::at_least_once, [this](const wasmqtt::Message& message) { show(message); });
    if (subscription) example_.mqtt.connect();
  }

  void bid(const std::string& item, int amount) {
    const auto sent = example_.mqtt.publish("auctions/" + item + "/bid", std::to_string(amount) + " " + bidder_,
                                            {.qos = wasmqtt::Qos::exactly_once});
    if (!sent) example_show_state(std::string(sent.error().message()).c_str());
  }

 private:
  void show(const wasmqtt::Message& message) const {
    const std::string item(message.topic.substr(std::string_view("auctions/").size()));
    const std::string text(wasmqtt::as_text(message.payload));
    const auto space = text.find(' ');
    if (space == std::string::npos) return;
    const std::string leader = text.substr(space + 1);
    show_item(item.c_str(), text.substr(0, space).c_str(), leader.c_str(), leader == bidder_);
  }

  std::string bidder_ = parameter("user", "somebody");
  Example example_{own_id("auction-")};
};

Auction& auction() {
  static Auction one;
  return one;
}

}  // namespace

extern "C" EMSCRIPTEN_KEEPALIVE void bid(const char* item, int amount) { auction().bid(item, amount); }

int main() {
  auction();
  return 0;
}
