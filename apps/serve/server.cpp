#include "apps/serve/server.h"

#include <arpa/inet.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "apps/prediction_print.h"
#include "apps/serve/bounded_server.h"
#include "apps/serve/counters.h"
#include "apps/serve/song_classifier.h"
#include "apps/serve/work_queue.h"
#include "kernels/support/error.h"
#include "kernels/support/text.h"
#include "kernels/support/threads.h"

namespace tutti {

std::string_view page_html();
std::string_view page_js();
std::string_view page_css();
std::string_view openapi_json();

namespace {

using httplib::Request;
using httplib::Response;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr std::size_t songs_a_request = 16;
constexpr std::size_t more_requests = 64;  // than those for genres, for the page and its like

constexpr const char* json_type = "application/json";
constexpr const char* policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

/// Why a request is not done, for its client.
struct Refusal : Error {
  template <class... Parts>
  explicit Refusal(int status, const Parts&... why) : Error(why...), status(status) {}
  Refusal with(const std::string& name, const std::string& value) && {
    header = {name, value};
    return std::move(*this);
  }

  int status;
  std::pair<std::string, std::string> header;
};

void answer(Response& response, int status, const json& document) {
  response.status = status;
  response.set_content(dump(document), json_type);
}

void refuse(Response& response, const Refusal& refusal) {
  if (const auto& [name, value] = refusal.header; !name.empty()) response.set_header(name, value);
  answer(response, refusal.status, {{"error", refusal.what()}});
}

/// Takes as long whatever the first difference is.
bool is_same(std::string_view given, std::string_view secret) {
  volatile unsigned char differs = given.size() != secret.size();
  for (std::size_t i = 0; i < given.size(); ++i)
    differs = differs | static_cast<unsigned char>(given[i] ^ secret[i % secret.size()]);
  return !differs;
}

/// As in a URL.
std::string in_url(const std::string& host) {
  return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

class GenreServer final : public BoundedServer {
 public:
  GenreServer(const Run& run, const ServerOptions& options, std::stop_token stop)
      : BoundedServer(thread_count() + options.queue + more_requests),
        options_(options),
        classes_(run.classes()),
        stop_(std::move(stop)),
        most_bytes_(static_cast<std::uint64_t>(options.max_megabytes * 1e6)),
        queue_(static_cast<std::size_t>(thread_count()), options.queue),
        classifier_(run, stop_) {
    set_default_headers({{"Content-Security-Policy", policy},
                         {"X-Content-Type-Options", "nosniff"},
                         {"Referrer-Policy", "no-referrer"},
                         {"Cache-Control", "no-store"}});
    set_expect_100_continue_handler([this](const Request& request, Response& response) {
      try {
        admit(request);
        return 100;
      } catch (const Refusal& refusal) {
        refuse(response, refusal);
        return refusal.status;
      }
    });
    set_pre_routing_handler([this](const Request& request, Response& response) {
      const Route& route = admit(request);
      if (!route.get) return HandlerResponse::Unhandled;  // /genre is below
      response.status = 200;
      response.set_content(route.get(), route.type);
      return HandlerResponse::Handled;
    });
    Post("/genre",
         [this](const Request& request, Response& response, const httplib::ContentReader& read) {
           name_genres(request, response, read);
         });
    set_exception_handler([](const Request&, Response& response, std::exception_ptr problem) {
      try {
        std::rethrow_exception(problem);
      } catch (const Refusal& refusal) {
        refuse(response, refusal);
      } catch (const std::exception& failure) {
        std::cerr << "tutti: " + printable_lines(reason_of(failure)) + '\n';
        answer(response, 500, {{"error", "the server failed; it says why where it was started"}});
      }
    });
    set_error_handler([](const Request&, Response& response) {
      if (response.body.empty())
        answer(response, response.status, {{"error", "this is not an HTTP request"}});
    });
    set_logger(
        [this](const Request&, const Response& response) { counters_.answered(response.status); });
  }

 private:
  struct Route {
    std::string method;
    bool open;  // to those without the token, who may look at the page
    const char* type;
    std::function<std::string()> get;  // none of what has a body to read
  };

  static std::function<std::string()> file(std::string_view (*text)()) {
    return [text] { return std::string(text()); };
  }

  /// The route of a request that may be done; its body has not been read.
  const Route& admit(const Request& request) const {
    expect_own_host(request);
    const auto found = routes_.find(request.path);
    if (found == routes_.end())
      throw Refusal(404, "there is no such page; /openapi.json says what there is");
    const Route& route = found->second;
    const bool head = request.method == "HEAD" && route.method == "GET";
    if (request.method != route.method && !head)
      throw Refusal(405, "this page takes ", route.method, " requests").with("Allow", route.method);
    if (!route.open) expect_token(request);
    if (!route.get) {
      expect_same_origin(request);
      expect_size(request);
    }
    return route;
  }

  /// A page elsewhere whose name was made to lead here would be of this server's origin.
  void expect_own_host(const Request& request) const {
    if (!is_loopback(options_.host)) return;
    std::string host = request.get_header_value("Host");
    if (const auto port = host.find_last_not_of("0123456789");
        port != host.npos && host[port] == ':')
      host.resize(port);
    for (const auto& own : {std::string("localhost"), std::string("127.0.0.1"),
                            std::string("[::1]"), in_url(options_.host)})
      if (host == own) return;
    throw Refusal(403, "the Host header names another server");
  }

  void expect_token(const Request& request) const {
    constexpr std::string_view scheme = "Bearer ";
    const std::string given = request.get_header_value("Authorization");
    if (options_.token.empty() ||
        (given.starts_with(scheme) && is_same(given.substr(scheme.size()), options_.token)))
      return;
    throw Refusal(401, "the header 'Authorization: Bearer TOKEN' is missing or wrong")
        .with("WWW-Authenticate", "Bearer");
  }

  static void expect_same_origin(const Request& request) {
    const std::string origin = request.get_header_value("Origin"),
                      site = request.get_header_value("Sec-Fetch-Site"),
                      host = request.get_header_value("Host");
    const bool same = origin.empty() || origin == "http://" + host || origin == "https://" + host;
    if (!same || !(site.empty() || site == "same-origin" || site == "none"))
      throw Refusal(403, "the request comes from a page of another site");
  }

  void expect_size(const Request& request) const {
    if (!request.get_header_value("Content-Encoding").empty())
      throw Refusal(415, "the body has a Content-Encoding; send it as it is");
    const std::string length = request.get_header_value("Content-Length");
    if (is_chunked(request)) return;
    if (length.empty() || length.find_first_not_of("0123456789") != std::string::npos)
      throw Refusal(411, "the Content-Length is missing or not a number");
    if (length.size() > 18 || std::stoull(length) > most_bytes_) throw too_large();
  }

  static bool is_chunked(const Request& request) {
    return request.get_header_value("Transfer-Encoding") == "chunked";
  }

  Refusal too_large() const {
    return Refusal(413, "the request is too large: at most ", options_.max_megabytes,
                   " MB; send fewer songs at once, or start the server with a larger "
                   "--max-megabytes");
  }

  std::chrono::seconds body_time(const Request& request) const override {
    const std::string length = request.get_header_value("Content-Length");
    const std::uint64_t bytes =
        is_chunked(request) ? most_bytes_ : std::strtoull(length.c_str(), nullptr, 10);
    return std::chrono::seconds(5 + std::min(bytes, most_bytes_) / 1'000'000);
  }

  std::vector<Upload> receive(const Request& request, const httplib::ContentReader& read) const {
    std::vector<Upload> songs;
    bool taken = true;  // what comes is a song's
    std::uint64_t left = most_bytes_;
    const auto store = [&](const char* data, std::size_t size) {
      if (size > left) throw too_large();
      left -= size;
      if (taken) songs.back().append(data, size);
      return request.progress(size, 0);
    };
    const auto begin = [&](const httplib::MultipartFormData& part) {
      taken = !part.filename.empty();
      if (taken && songs.size() == songs_a_request)
        throw Refusal(413, "a request may hold ", songs_a_request,
                      " songs; send the others in another");
      if (taken) songs.emplace_back(part.filename);
      return true;
    };
    const bool form = request.is_multipart_form_data();
    if (!form) songs.emplace_back(request.get_param_value("name"));
    if (!(form ? read(begin, store) : read(store)))
      throw Refusal(400, "the body ends too early, comes too slowly, or is not as its headers say");
    if (!form && songs[0].size() == 0) songs.clear();
    if (songs.empty())
      throw Refusal(400,
                    "there are no songs; send a song as the body, or several as files of a "
                    "multipart/form-data");
    return songs;
  }

  void name_genres(const Request& request, Response& response, const httplib::ContentReader& read) {
    const auto start = Clock::now();
    auto place = queue_.enter();
    if (!place)
      throw Refusal(503, "too many songs wait; try again in a moment").with("Retry-After", "1");
    const auto songs = receive(request, read);
    if (!place->wait_for_turn(stop_))
      throw Refusal(503, "the server is being stopped").with("Retry-After", "10");
    const json document = classifier_.classify(songs, request.get_param_value("picture") == "1");
    const auto named = document.at("predictions").size();
    counters_.listened(named, document.at("errors").size(),
                       std::chrono::duration<double>(Clock::now() - start).count());
    answer(response, named > 0 ? 200 : 422, document);
  }

  std::string health() const {
    return dump({{"status", "ok"},
                 {"model", options_.model},
                 {"classes", classes_},
                 {"version", TUTTI_VERSION},
                 {"max_megabytes", options_.max_megabytes},
                 {"uptime", std::chrono::duration<double>(Clock::now() - began_).count()}});
  }

  const ServerOptions& options_;
  const std::vector<std::string>& classes_;
  const std::stop_token stop_;
  const std::uint64_t most_bytes_;
  const Clock::time_point began_ = Clock::now();
  WorkQueue queue_;
  Counters counters_;
  SongClassifier classifier_;
  const std::map<std::string, Route> routes_ = {
      {"/", {"GET", true, "text/html; charset=utf-8", file(page_html)}},
      {"/page.js", {"GET", true, "text/javascript; charset=utf-8", file(page_js)}},
      {"/page.css", {"GET", true, "text/css; charset=utf-8", file(page_css)}},
      {"/openapi.json", {"GET", true, json_type, file(openapi_json)}},
      {"/genre", {"POST", false, json_type, nullptr}},
      {"/health", {"GET", false, json_type, [this] { return health(); }}},
      {"/metrics", {"GET", false, "text/plain; version=0.0.4; charset=utf-8", [this] {
                      return counters_.text(queue_.lengths());
                    }}}};
};

}  // namespace

bool is_loopback(const std::string& host) {
  in_addr address;
  return host == "localhost" || host == "::1" ||
         (::inet_pton(AF_INET, host.c_str(), &address) == 1 && ntohl(address.s_addr) >> 24 == 127);
}

void serve(const Run& run, const ServerOptions& options, std::stop_token stop,
           const std::function<void(const std::string& url)>& ready) {
  GenreServer server(run, options, stop);
  const int port = server.bind(options.host, options.port);
  ready("http://" + in_url(options.host) + ':' + std::to_string(port));
  server.run(stop);
}

}  // namespace tutti
