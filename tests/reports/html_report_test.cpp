#include "reports/html/html_report.h"

#include "tests/support/catch.h"

using nlohmann::json;
using tutti::html_report;

namespace {

/// What the page's script reads.
std::string data_in(const std::string& page) {
  const std::string start = R"(<script type="application/json" id="data">)";
  const auto from = page.find(start) + start.size();
  return page.substr(from, page.find("</script>", from) - from);
}

}  // namespace

TEST_CASE("a report holds its data whatever the names in it are") {
  const json document = {
      {"title", "A </title><script>alert(1)</script> & more"},
      {"runs", {{{"name", "</script><script>alert(2)</script>{{js}}<!--"}, {"loss", 0.1}}}}};
  const std::string page = html_report(document);
  CHECK(json::parse(data_in(page)) == document);
  CHECK(page.find("<title>A &lt;/title>&lt;script>alert(1)&lt;/script> &amp; more</title>") !=
        std::string::npos);
  CHECK(page.find("alert(2)</script>") == std::string::npos);
}

TEST_CASE("a report keeps every digit and names that are not UTF-8") {
  const json document = {{"title", "t"}, {"runs", {{{"x", 0.1 + 0.2}, {"name", "\xff"}}}}};
  const json read = json::parse(data_in(html_report(document)));
  CHECK(read["runs"][0]["x"] == 0.1 + 0.2);
  CHECK(read["runs"][0]["name"] == "\xef\xbf\xbd");
}

TEST_CASE("a report asks for nothing from elsewhere") {
  std::string page = html_report({{"title", "t"}, {"runs", json::array()}});
  CHECK(page.find("default-src 'none'") != std::string::npos);
  const std::string namespace_of_svg = "\"http://www.w3.org/2000/svg\"";  // a name, not an address
  page.erase(page.find(namespace_of_svg), namespace_of_svg.size());
  CHECK(page.find("http") == page.find("http-equiv"));
  CHECK(page.find("http", page.find("http-equiv") + 4) == std::string::npos);
  CHECK(page.find("url(") == std::string::npos);
  CHECK(page.find("{{") == std::string::npos);
}
