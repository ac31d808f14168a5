// A client of MQTT 5 that authenticates by the method "M", driven by hand: see link.hpp.
#pragma once

#include "link.hpp"

namespace wasmqtt::test {

inline constexpr auto more = ReasonCode::continue_authentication;

inline PropertyList named(std::string_view method, std::string_view data = {}) {
  PropertyList list;
  REQUIRE_FALSE(static_cast<bool>(list.add(PropertyId::authentication_method, method)));
  if (!data.empty()) REQUIRE_FALSE(static_cast<bool>(list.add(PropertyId::authentication_data, as_bytes(data))));
  return list;
}

inline ClientOptions with_method(bool clean = false) {
  ClientOptions options = Link::mqtt5(clean);
  options.authentication = AuthenticationOptions{"M", {'1'}};
  return options;
}

struct Exchange : Link {
  explicit Exchange(ClientOptions options = with_method()) : Link(std::move(options)) {}
  void begin() {
    REQUIRE_FALSE(static_cast<bool>(open()));
    connect_packet = expect<Connect>();
  }
  void ask(std::string_view data = "2", ReasonCode code = more, std::string_view method = "M") {
    receive(Auth{code, named(method, data)});
  }
  Error answer(std::string_view data = "3", Properties more_words = {}) {
    const Error error = client.authenticate(as_bytes(data), now, more_words);
    drain();
    return error;
  }
  Error renew(std::string_view data = "5", Properties more_words = {}) {
    const Error error = client.reauthenticate(as_bytes(data), now, more_words);
    drain();
    return error;
  }
  void accept(std::string_view data = "4") {
    PropertyList list = named("M", data);
    list.append(connack_properties);
    receive(Connack{false, {}, {}, list});
  }
  void establish() {
    begin();
    ask();
    CHECK_FALSE(static_cast<bool>(answer()));
    CHECK(expect<Auth>().reason_code == more);
    accept();
    REQUIRE(client.connected());
  }
  std::string told() const {
    std::string text;
    for (const Step& step : authentications) text += (step.done ? "done " : "asked ") + step.data + " ";
    return text;
  }
};

}  // namespace wasmqtt::test
