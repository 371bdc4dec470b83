#pragma once

namespace tutti {

/// sRGB, each 0 … 1.
struct Colour {
  double red, green, blue, alpha = 1;
};

constexpr Colour white{1, 1, 1};
constexpr Colour ink{0.13, 0.14, 0.16};    // titles and numbers
constexpr Colour muted{0.38, 0.40, 0.44};  // axes and side remarks
constexpr Colour hairline{0.86, 0.87, 0.89};

/// Two of Okabe and Ito's colours, which every kind of colour vision tells apart; they differ in
/// lightness too, for a grey print.
constexpr Colour blue{0, 0.447, 0.698};
constexpr Colour vermilion{0.835, 0.369, 0};

inline Colour with_alpha(Colour colour, double alpha) {
  colour.alpha = alpha;
  return colour;
}

/// The heat map's scale, 0 near white to 1 dark blue. Equal steps look equal: it is even in the
/// lightness of OKLab (Ottosson 2020), at one hue.
Colour heat(double share);

/// Whether white writing reads better than dark on heat(share).
bool is_dark(double share);

}  // namespace tutti
