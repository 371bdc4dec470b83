#pragma once

namespace tutti {

/// sRGB, each 0 … 1.
struct Color {
  double red, green, blue, alpha = 1;
};

constexpr Color white{1, 1, 1};
constexpr Color ink{0.13, 0.14, 0.16};    // titles and numbers
constexpr Color muted{0.38, 0.40, 0.44};  // axes and side remarks
constexpr Color hairline{0.86, 0.87, 0.89};

/// Two of Okabe and Ito's colors, which every kind of color vision tells apart; they differ in
/// lightness too, for a gray print.
constexpr Color blue{0, 0.447, 0.698};
constexpr Color vermilion{0.835, 0.369, 0};

inline Color with_alpha(Color color, double alpha) {
  color.alpha = alpha;
  return color;
}

/// The heat map's scale, 0 near white to 1 dark blue. Equal steps look equal: it is even in the
/// lightness of OKLab (Ottosson 2020), at one hue.
Color heat(double share);

/// Whether white writing reads better than dark on heat(share).
bool is_dark(double share);

}  // namespace tutti
