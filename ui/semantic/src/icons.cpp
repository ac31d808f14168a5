#include "semantic/icons.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>

namespace semantic {

namespace {

// Icons are drawn on a grid of 24 x 24.
struct Brush {
  ImDrawList& list;
  ImVec2 at;
  float scale;
  ImU32 color;

  float width() const { return std::max(1.25f, 1.75f * scale); }
  ImVec2 point(ImVec2 p) const { return {at.x + p.x * scale, at.y + p.y * scale}; }
  void line(std::initializer_list<ImVec2> points, bool closed = false) {
    for (const ImVec2& p : points) list.PathLineTo(point(p));
    list.PathStroke(color, closed ? ImDrawFlags_Closed : 0, width());
  }
  void circle(ImVec2 center, float radius) { list.AddCircle(point(center), radius * scale, color, 0, width()); }
  void box(ImVec2 min, ImVec2 max, float radius) {
    list.AddRect(point(min), point(max), color, radius * scale, 0, width());
  }
};

void sun(Brush& b) {
  b.circle({12, 12}, 4);
  for (int i = 0; i < 8; ++i) {
    const float a = static_cast<float>(i) * 0.7853982f, x = std::cos(a), y = std::sin(a);
    b.line({{12 + x * 7.5f, 12 + y * 7.5f}, {12 + x * 9.8f, 12 + y * 9.8f}});
  }
}

void moon(Brush& b) {
  b.list.PathArcTo(b.point({12, 12}), 8.5f * b.scale, 0.15f, 4.55f);
  b.list.PathBezierCubicCurveTo(b.point({7.5f, 9}), b.point({12, 17}), b.point({20.4f, 13.3f}));
  b.list.PathStroke(b.color, ImDrawFlags_Closed, b.width());
}

void eye(Brush& b) {
  constexpr int steps = 10;
  for (int i = 0; i < 2 * steps; ++i) {
    const float part = static_cast<float>(i % steps) / steps, x = 2.5f + 19 * part, height = 23 * part * (1 - part);
    b.list.PathLineTo(b.point(i < steps ? ImVec2{x, 12 - height} : ImVec2{24 - x, 12 + height}));
  }
  b.list.PathStroke(b.color, ImDrawFlags_Closed, b.width());
  b.circle({12, 12}, 2.8f);
}

// Of a shark, above the water.
void fin(Brush& b) {
  b.list.PathLineTo(b.point({4.5f, 17}));
  b.list.PathBezierCubicCurveTo(b.point({6, 10}), b.point({10, 5}), b.point({17.5f, 4}));
  b.list.PathBezierCubicCurveTo(b.point({14.5f, 8}), b.point({15, 13}), b.point({18, 17}));
  b.list.PathStroke(b.color, ImDrawFlags_Closed, b.width());
  b.line({{3, 20.5f}, {21, 20.5f}});
}

void draw(Brush& b, Icon icon) {
  switch (icon) {
    case Icon::none: return;
    case Icon::send: b.line({{4, 4.5f}, {21, 12}, {4, 19.5f}, {7, 12}}, true), b.line({{7, 12}, {13, 12}}); return;
    case Icon::back: b.line({{14.5f, 5.5f}, {8, 12}, {14.5f, 18.5f}}); return;
    case Icon::close: b.line({{6, 6}, {18, 18}}), b.line({{18, 6}, {6, 18}}); return;
    case Icon::menu: for (float y : {7.0f, 12.0f, 17.0f}) b.line({{4, y}, {20, y}}); return;
    case Icon::plus: b.line({{12, 5}, {12, 19}}), b.line({{5, 12}, {19, 12}}); return;
    case Icon::check: b.line({{5, 12.5f}, {10, 17.5f}, {19, 7}}); return;
    case Icon::check_double:
      b.line({{2, 12.5f}, {7, 17.5f}, {15.5f, 7}}), b.line({{10.5f, 16}, {12, 17.5f}, {21.5f, 7}});
      return;
    case Icon::clock: b.circle({12, 12}, 8.5f), b.line({{12, 7}, {12, 12}, {15.5f, 14}}); return;
    case Icon::warning:
      b.line({{12, 4}, {21.5f, 20}, {2.5f, 20}}, true), b.line({{12, 10}, {12, 14.5f}}), b.line({{12, 17}, {12, 17.5f}});
      return;
    case Icon::people:
      b.circle({9, 8.5f}, 3.5f), b.line({{2.5f, 19.5f}, {3.5f, 16}, {6.5f, 14.5f}, {11.5f, 14.5f}, {14.5f, 16}, {15.5f, 19.5f}});
      b.line({{15, 5.3f}, {17.2f, 6.2f}, {18, 8.5f}, {17.2f, 10.8f}, {15, 11.7f}}), b.line({{17, 14.6f}, {20, 16}, {21.5f, 19.5f}});
      return;
    case Icon::chevron_down: b.line({{6, 9.5f}, {12, 15.5f}, {18, 9.5f}}); return;
    case Icon::chevron_right: b.line({{9.5f, 6}, {15.5f, 12}, {9.5f, 18}}); return;
    case Icon::arrow_down: b.line({{12, 4.5f}, {12, 19}}), b.line({{5.5f, 13}, {12, 19.5f}, {18.5f, 13}}); return;
    case Icon::arrow_left: b.line({{4.5f, 12}, {20, 12}}), b.line({{10.5f, 6}, {4.5f, 12}, {10.5f, 18}}); return;
    case Icon::arrow_right: b.line({{4, 12}, {19.5f, 12}}), b.line({{13.5f, 6}, {19.5f, 12}, {13.5f, 18}}); return;
    case Icon::sun: sun(b); return;
    case Icon::moon: moon(b); return;
    case Icon::packets:
      b.line({{4, 8}, {19, 8}}), b.line({{15, 4}, {19.5f, 8}, {15, 12}});
      b.line({{20, 16}, {5, 16}}), b.line({{9, 12.5f}, {4.5f, 16}, {9, 20}});
      return;
    case Icon::logout:
      b.line({{10, 4}, {4.5f, 4}, {4.5f, 20}, {10, 20}}), b.line({{9, 12}, {20, 12}});
      b.line({{15.5f, 7.5f}, {20, 12}, {15.5f, 16.5f}});
      return;
    case Icon::pause: b.box({6, 5}, {10, 19}, 1), b.box({14, 5}, {18, 19}, 1); return;
    case Icon::play: b.line({{7, 5}, {19, 12}, {7, 19}}, true); return;
    case Icon::trash:
      b.line({{4, 7}, {20, 7}}), b.line({{6, 7}, {7, 20}, {17, 20}, {18, 7}}), b.line({{9, 7}, {9, 4}, {15, 4}, {15, 7}});
      return;
    case Icon::download: b.line({{12, 4}, {12, 15}}), b.line({{7, 10.5f}, {12, 15.5f}, {17, 10.5f}}), b.line({{4.5f, 20}, {19.5f, 20}}); return;
    case Icon::search: b.circle({10.5f, 10.5f}, 6.5f), b.line({{15.5f, 15.5f}, {20.5f, 20.5f}}); return;
    case Icon::lock: b.box({5, 11}, {19, 20.5f}, 2), b.line({{8, 11}, {8, 8}, {9.5f, 5}, {12, 4}, {14.5f, 5}, {16, 8}, {16, 11}}); return;
    case Icon::copy: b.box({9, 9}, {20, 20}, 2), b.line({{15, 5}, {15, 4}, {4, 4}, {4, 15}, {5, 15}}); return;
    case Icon::bell:
      b.line({{5, 17.5f}, {6.5f, 15}, {6.5f, 10}, {8, 6.5f}, {12, 4.5f}, {16, 6.5f}, {17.5f, 10}, {17.5f, 15}, {19, 17.5f}}, true);
      b.line({{10, 20.5f}, {14, 20.5f}});
      return;
    case Icon::eye: eye(b); return;
    case Icon::folder: b.line({{3.5f, 19}, {3.5f, 5}, {9, 5}, {11.5f, 8}, {20.5f, 8}, {20.5f, 19}}, true); return;
    case Icon::fin: fin(b); return;
    case Icon::dock_right: b.box({3.5f, 4.5f}, {20.5f, 19.5f}, 2), b.line({{13.5f, 4.5f}, {13.5f, 19.5f}}); return;
    case Icon::dock_below: b.box({3.5f, 4.5f}, {20.5f, 19.5f}, 2), b.line({{3.5f, 13}, {20.5f, 13}}); return;
  }
}

}  // namespace

void draw_icon(ImDrawList& list, Icon icon, ImVec2 at, float size, ImU32 color) {
  Brush brush{list, at, size / 24.0f, color};
  draw(brush, icon);
}

}  // namespace semantic
