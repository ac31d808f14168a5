// A pocket calculator with a tape, drawn with Dear ImGui. It knows of no platform.
#pragma once

#include <string>
#include <vector>

class Calculator {
 public:
  /// Between ImGui::NewFrame() and ImGui::Render().
  void draw();

 private:
  struct Line {
    std::string calculation;
    double result;
  };
  void press(char key);
  void calculate();
  void draw_keys();
  void draw_tape();
  void read_keyboard();
  std::string shown_ = "0";
  double left_ = 0;
  char operation_ = 0;
  bool fresh_ = true;     // the next digit begins a number
  bool with_tape_ = true;
  std::vector<Line> tape_;
};
