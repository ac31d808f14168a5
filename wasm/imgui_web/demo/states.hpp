// What the gallery's first cards leave out: each component in the states that they do not show.
#pragma once

#include <semantic/semantic.hpp>

#include <string>

class States {
 public:
  void draw(semantic::Ui& ui);

 private:
  void buttons(semantic::Ui& ui);
  void choices(semantic::Ui& ui);
  void fields(semantic::Ui& ui);
  void messages(semantic::Ui& ui);
  void lists(semantic::Ui& ui);
  void colors(semantic::Ui& ui);

  std::string empty_, typed_ = "peter", search_, secret_, long_ = "One line\nand another\nand a third";
  bool on_ = true, off_ = false, pressed_ = true;
  int first_ = 0, second_ = 1, item_ = 1, row_ = 1;
  semantic::LogState log_;
  semantic::TableState table_{.stick_to_bottom = false};
};
