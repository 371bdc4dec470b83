#include "reports/colors.h"

#include <algorithm>
#include <cmath>

namespace tutti {
namespace {

double gamma_encoded(double linear) {
  linear = std::clamp(linear, 0.0, 1.0);
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * std::pow(linear, 1 / 2.4) - 0.055;
}

/// OKLCh to sRGB, with the matrices of https://bottosson.github.io/posts/oklab/
Color from_oklch(double lightness, double chroma, double hue) {
  const double a = chroma * std::cos(hue), b = chroma * std::sin(hue);
  const double l = std::pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
  const double m = std::pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
  const double s = std::pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
  return {gamma_encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
          gamma_encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
          gamma_encoded(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)};
}

}  // namespace

Color heat(double share) {
  constexpr double hue = 4.45;  // 255 degrees
  const double lightness = 0.975 - 0.635 * share;
  const double chroma = 0.008 + 0.102 * share + 0.25 * share * (1 - share);  // inside sRGB
  return from_oklch(lightness, chroma, hue);
}

bool is_dark(double share) { return share > 0.5; }

}  // namespace tutti
