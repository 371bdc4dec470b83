#include "reports/html/html_report.h"

#include <string_view>

#include "kernels/support/text.h"

namespace tutti {

// Embedded files.
std::string_view report_html();
std::string_view report_css();
std::string_view elements_js();
std::string_view charts_js();
std::string_view confusion_js();
std::string_view search_js();
std::string_view report_js();

namespace {

void put(std::string& page, std::string_view place, std::string_view text) {
  page.replace(page.find(place), place.size(), text);
}

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : printable_lines(text))
    safe += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
  return safe;
}

/// JSON within a script: no name in it can end that.
std::string embedded(const nlohmann::json& document) {
  std::string safe;
  for (const char c : document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace))
    safe += c == '<' ? "\\u003c" : std::string(1, c);
  return safe;
}

}  // namespace

std::string html_report(const nlohmann::json& document) {
  std::string page(report_html());
  // The data last: what is in them is not looked through for places.
  put(page, "{{title}}", escaped(document.at("title").get<std::string>()));
  put(page, "{{css}}", report_css());
  std::string script;
  for (const auto file : {elements_js, charts_js, confusion_js, search_js, report_js})
    script += std::string(file()) + '\n';
  put(page, "{{js}}", script);
  put(page, "{{data}}", embedded(document));
  return page;
}

}  // namespace tutti
