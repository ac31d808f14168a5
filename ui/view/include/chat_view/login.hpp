// The login card: name, password, the stage's toggles, the broker.
#pragma once

#include <string>

#include "chat/intent.hpp"
#include "chat/state.hpp"
#include "semantic/semantic.hpp"

namespace chat_view {

class LoginView {
 public:
  // `size` 0: what the window has. `show_packets`: whether the packets of the sign-ins are shown, too.
  void draw(semantic::Ui& ui, const chat::State& state, chat::Intents& intents, ImVec2 size, bool& show_packets);
  // Forgets the password; when somebody has signed in.
  void signed_in();

 private:
  void draw_fields(semantic::Ui& ui, const chat::State& state, chat::Intents& intents, bool& show_packets);
  void draw_password(semantic::Ui& ui, const chat::State& state, bool take_focus);
  void draw_options(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);
  void draw_stages(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);
  void draw_expiry(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);
  std::string_view broker_problem(const chat::State& state) const;
  void draw_advanced(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);
  void submit(semantic::Ui& ui, const chat::State& state, chat::Intents& intents);

  std::string user_;
  std::string password_;
  std::string broker_;
  std::string expiry_;
  std::string known_user_;    // as the state had it last
  std::string known_broker_;
  std::uint32_t known_expiry_ = 0;
  std::string user_problem_;
  std::string password_problem_;
  enum class Focus : std::uint8_t { none, user, password } focus_ = Focus::none;  // to be taken in the next frame
  Focus focused_ = Focus::none;
  bool was_signing_in_ = false;
  bool user_typed_ = false;
  bool show_password_ = false;
  bool options_open_ = true;
  bool advanced_open_ = false;
};

}  // namespace chat_view
