// tutti serve: the answers of `tutti genre` over HTTP, and what it does with clients that mean
// harm.
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <sndfile.hh>
#include <thread>

#include "datasets/audio/wav.h"
#include "tests/support/catch.h"
#include "tests/support/program.h"
#include "tests/support/values.h"

using nlohmann::json;
using tutti::test::run_tutti;
using tutti::test::TemporaryFolder;
using tutti::test::text_of;
using tutti::test::word;
namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

/// An answer as it came, and its parts. No status: the connection was closed without one.
struct Answer {
  explicit Answer(std::string text) : all(std::move(text)) {
    while (all.starts_with("HTTP/1.1 100")) all.erase(0, all.find("\r\n\r\n") + 4);
    if (all.starts_with("HTTP/1.1 ")) status = std::stoi(all.substr(9, 3));
    const auto end = all.find("\r\n\r\n");
    head = all.substr(0, end);
    if (end != std::string::npos) body = all.substr(end + 4);
  }
  json document() const { return json::parse(body); }

  std::string all, head, body;
  int status = 0;
};

/// Of any thread: it checks nothing itself. Where nobody listens the answer has no status.
class Client {
 public:
  explicit Client(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { ::close(socket_); }

  void send(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// Until the server closes the connection.
  Answer answer() const {
    std::string text;
    char part[1 << 16];
    for (ssize_t size; (size = ::recv(socket_, part, sizeof part, 0)) > 0;)
      text.append(part, static_cast<std::size_t>(size));
    return Answer(text);
  }

 private:
  int socket_;
};

/// `tutti serve` on a free port, with the built-in model.
class Server {
 public:
  explicit Server(const std::vector<std::string>& options = {}) {
    std::vector<std::string> words = {TUTTI_PROGRAM, "serve", "--port", "0"};
    words.insert(words.end(), options.begin(), options.end());
    std::vector<char*> arguments;
    for (auto& argument : words) arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    int said[2];
    REQUIRE(::pipe2(said, O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, said[1], STDERR_FILENO);
    REQUIRE(::posix_spawn(&process, TUTTI_PROGRAM, &actions, nullptr, arguments.data(), environ) ==
            0);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(said[1]);
    stderr_ = said[0];
    std::string line;
    for (char c; ::read(stderr_, &c, 1) == 1 && c != '\n';) line += c;
    INFO(line);
    REQUIRE(line.starts_with("tutti: listening at http://127.0.0.1:"));
    port = std::stoi(line.substr(line.rfind(':') + 1));
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    if (process) ::kill(process, SIGTERM), end();
    ::close(stderr_);
  }

  /// The exit status, once it ends.
  int end() {
    int status = 0;
    ::waitpid(std::exchange(process, 0), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  Answer ask(const std::string& text) const {
    const Client client(port);
    client.send(text);
    return client.answer();
  }
  Answer get(const std::string& path, const std::string& headers = "Host: localhost\r\n") const {
    return ask("GET " + path + " HTTP/1.1\r\n" + headers + "\r\n");
  }
  Answer post(const std::string& body, const std::string& query = "",
              const std::string& headers = "Host: localhost\r\n") const {
    return ask(head(body.size(), query, headers) + body);
  }
  static std::string head(std::size_t size, const std::string& query = "",
                          const std::string& headers = "Host: localhost\r\n") {
    return "POST /genre" + query + " HTTP/1.1\r\n" + headers +
           "Content-Length: " + std::to_string(size) + "\r\n\r\n";
  }
  /// A number of /metrics.
  double metric(const std::string& name) const {
    const std::string text = get("/metrics").body;
    const auto at = text.find("\n" + name + ' ');
    return at == std::string::npos ? 0 : std::stod(text.substr(at + 1 + name.size()));
  }
  void wait_until(const std::string& name, double value) const {
    for (const auto end = Clock::now() + 20s; metric(name) != value && Clock::now() < end;)
      std::this_thread::sleep_for(5ms);
    REQUIRE(metric(name) == value);
  }

  pid_t process = 0;
  int port = 0;

 private:
  int stderr_ = -1;
};

constexpr auto form_header =
    "Host: localhost\r\nContent-Type: multipart/form-data; boundary=cut\r\n";

std::string part(const std::string& name, const std::string& content) {
  return "--cut\r\nContent-Disposition: form-data; name=\"song\"; filename=\"" + name +
         "\"\r\n\r\n" + content + "\r\n";
}

/// Noise in a wav file; the loudness rises and falls, so that songs differ.
std::string song(double seconds, int beats = 3) {
  const TemporaryFolder folder;
  auto samples = tutti::test::uniform(static_cast<std::int64_t>(seconds * 22'050), 1, 0.5);
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i] *= static_cast<float>((i * static_cast<std::size_t>(beats) / 22'050) % 2);
  tutti::write_wav(folder / "song.wav", samples, 22'050);
  return text_of(folder / "song.wav");
}

const std::string& short_song() {
  static const std::string one = song(2);
  return one;
}

std::size_t open_files(pid_t process) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator("/proc/" + std::to_string(process) + "/fd"), {}));
}

std::size_t children(pid_t process) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator("/proc"))
    if (text_of(entry.path() / "status").find("\nPPid:\t" + std::to_string(process) + '\n') !=
        std::string::npos)
      ++count;
  return count;
}

/// Of memory, now (VmRSS) or at most since it was started (VmHWM).
double megabytes(pid_t process, const std::string& what) {
  const std::string status = text_of("/proc/" + std::to_string(process) + "/status");
  return std::stod(status.substr(status.find(what + ':') + what.size() + 1)) / 1e3;
}

}  // namespace

TEST_CASE("The server says what tutti genre says") {
  const TemporaryFolder folder;
  std::ofstream(folder / "a.wav") << song(50);
  std::ofstream(folder / "b.wav") << short_song();
  std::ofstream(folder / "c.mp3") << "no music at all";
  const std::string names =
      word(folder / "a.wav") + ' ' + word(folder / "b.wav") + ' ' + word(folder / "c.mp3");
  std::string told = run_tutti("genre --quiet --json --windows " + names).out;
  for (std::size_t at; (at = told.find(folder.path().string() + '/')) != std::string::npos;)
    told.erase(at, folder.path().string().size() + 1);
  REQUIRE(json::parse(told).at("predictions").size() == 2);

  const Server server;
  const std::string form = part("a.wav", text_of(folder / "a.wav")) + part("b.wav", short_song()) +
                           part("c.mp3", "no music at all") + "--cut--\r\n";
  const Answer all = server.post(form, "", form_header);
  CHECK(all.status == 200);
  CHECK(all.body == told);
  const Answer one = server.post(short_song(), "?name=b.wav&picture=1");
  REQUIRE(one.status == 200);
  json alone = one.document().at("predictions").at(0);
  const json picture = alone.at("picture");
  CHECK(picture.at("rows") == 128);
  const auto size =
      picture.at("rows").get<std::size_t>() * picture.at("columns").get<std::size_t>();
  CHECK(picture.at("levels").get<std::string>().size() == (size + 2) / 3 * 4);
  CHECK(picture.at("seconds") == 2);
  alone.erase("picture");
  CHECK(alone == json::parse(told).at("predictions").at(1));
  // In pieces, as programs send what they do not know the size of.
  std::ostringstream chunks;
  chunks << std::hex << short_song().size() << "\r\n" << short_song() << "\r\n0\r\n\r\n";
  CHECK(server
            .ask("POST /genre?name=b.wav HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
                 "chunked\r\n\r\n" +
                 chunks.str())
            .document()
            .at("predictions")
            .at(0) == alone);
}

TEST_CASE("What the server does not do, it says") {
  const Server server({"--max-megabytes", "0.5"});
  const auto is_refused = [](const Answer& answer, int status, const std::string& why) {
    CAPTURE(answer.all);
    CHECK(answer.status == status);
    CHECK_THAT(answer.document().at("error").get<std::string>(), Contains(why));
    CHECK_THAT(answer.head, Contains("Content-Security-Policy: default-src 'none'; ") &&
                                Contains("X-Content-Type-Options: nosniff") &&
                                Contains("Cache-Control: no-store") &&
                                Contains("Referrer-Policy: no-referrer"));
  };
  is_refused(server.get("/etc/passwd"), 404, "no such page");
  is_refused(server.get("/page.js/../../etc/passwd"), 404, "no such page");
  is_refused(server.get("/genre"), 405, "POST");
  CHECK_THAT(server.get("/genre").head, Contains("Allow: POST"));
  is_refused(server.ask("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n"), 405, "GET");
  is_refused(server.get("/", "Host: evil.example\r\n"), 403, "Host");
  is_refused(server.get("/", "Host: localhost.evil.example:80\r\n"), 403, "Host");
  is_refused(server.get("/", ""), 403, "Host");
  CHECK(server.get("/", "Host: 127.0.0.1:8080\r\n").status == 200);
  const std::string own = "Host: localhost\r\n";
  is_refused(server.post(short_song(), "", own + "Origin: http://evil.example\r\n"), 403, "site");
  is_refused(server.post(short_song(), "", own + "Origin: null\r\n"), 403, "site");
  is_refused(server.post(short_song(), "", own + "Sec-Fetch-Site: cross-site\r\n"), 403, "site");
  CHECK(server.post(short_song(), "", own + "Origin: http://localhost\r\n").status == 200);

  is_refused(server.post(""), 400, "no songs");
  is_refused(server.post("--cut--\r\n", "", form_header), 400, "");
  is_refused(
      server.post("--cut\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--cut--\r\n", "",
                  form_header),
      400, "no songs");
  is_refused(server.post("nothing of the kind", "", form_header), 400, "headers say");
  is_refused(server.post(part("a.wav", short_song()), "", form_header), 400, "ends too early");
  is_refused(server.ask("POST /genre HTTP/1.1\r\n" + own + "\r\n"), 411, "Content-Length");
  is_refused(server.ask("POST /genre HTTP/1.1\r\n" + own + "Content-Length: -1\r\n\r\n"), 411, "");
  is_refused(server.post(short_song(), "", own + "Content-Encoding: gzip\r\n"), 415, "Encoding");
  std::string many;
  for (int i = 0; i < 17; ++i) many += part("a.wav", "");
  is_refused(server.post(many + "--cut--\r\n", "", form_header), 413, "16 songs");

  const auto start = Clock::now();
  const Client huge(server.port);
  huge.send(Server::head(10'000'000'000));  // and nothing of it
  is_refused(huge.answer(), 413, "0.5 MB");
  is_refused(server.ask("POST /genre HTTP/1.1\r\n" + own +
                        "Transfer-Encoding: chunked\r\n\r\n80000\r\n" + std::string(0x80000, ' ')),
             413, "0.5 MB");
  is_refused(server.post(std::string(600'000, ' ')), 413, "0.5 MB");
  CHECK(Clock::now() - start < 4s);
  is_refused(server.ask("BREW / HTTP/1.1\r\n\r\n"), 400, "");
  is_refused(server.ask("GET / HTTP/1.1\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n"), 400, "");
  CHECK(server.metric("tutti_requests_total{status=\"404\"}") == 2);
}

TEST_CASE("Only those who have the token are served") {
  const Server server({"--token", "open-sesame"});
  const auto with = [](const std::string& token) {
    return "Host: localhost\r\nAuthorization: Bearer " + token + "\r\n";
  };
  for (const std::string path : {"/health", "/metrics"}) {
    CHECK(server.get(path).status == 401);
    CHECK_THAT(server.get(path).head, Contains("WWW-Authenticate: Bearer"));
    CHECK(server.get(path, with("open-sesam")).status == 401);
    CHECK(server.get(path, with("open-sesame-")).status == 401);
    CHECK(server.get(path, with("open-sesame")).status == 200);
  }
  CHECK(server.post(short_song()).status == 401);
  CHECK(server.post(short_song(), "", with("open-sesame")).status == 200);
  CHECK(server.get("/page.js").status == 200);

  const auto open = run_tutti("serve --host 0.0.0.0 --port 0");
  CHECK(open.status == 1);
  CHECK_THAT(open.err, StartsWith("tutti: --host 0.0.0.0: ") && Contains("--token"));
  CHECK_THAT(run_tutti("serve --token 'a b'").err, Contains("--token"));
  const auto taken = run_tutti("serve --port " + std::to_string(server.port));
  CHECK(taken.status == 1);
  CHECK_THAT(taken.err, StartsWith("tutti: cannot listen at 127.0.0.1") && Contains("in use"));
}

TEST_CASE("Names of songs are text, wherever they come from") {
  const Server server;
  const std::string script = "<script>alert(1)</script>.wav", up = "../../etc/passwd",
                    quoted = "a\\\"b.wav";
  const Answer named = server.post(part(script, short_song()) + part(up, short_song()) +
                                       part(quoted, short_song()) + "--cut--\r\n",
                                   "", form_header);
  REQUIRE(named.status == 200);
  const json songs = named.document().at("predictions");
  REQUIRE(songs.size() == 3);
  CHECK(songs[0].at("path") == script);
  CHECK(songs[1].at("path") == up);
  CHECK(songs[2].at("path") == quoted);
  const Answer broken = server.post("x", "?name=a%0D%0ASet-Cookie:%20b%00%1B%FF.mp3");
  CHECK(broken.status == 422);
  CHECK_THAT(broken.head, !Contains("Set-Cookie"));
  CHECK_THAT(broken.body, Contains("a\\r\\nSet-Cookie: b") && Contains("\\u001b"));
  CHECK_THAT(broken.body, !Contains("/proc") && !Contains("/tmp"));
  CHECK(broken.document().at("errors").size() == 1);
  const Answer header = server.get("/", "Host: localhost%0D%0AX-Bad: 1\r\n");
  CHECK(header.status == 403);
  CHECK_THAT(header.all, !Contains("X-Bad"));
}

TEST_CASE("Songs that are damaged are named, the others get their genre") {
  const Server server;
  const Answer cut = server.post(short_song().substr(0, 30), "?name=cut.wav");
  CHECK(cut.status == 422);
  CHECK(cut.document().at("errors").at(0).at("path") == "cut.wav");
  const Answer both =
      server.post(part("text.mp3", "no music at all") + part("a.wav", short_song()) + "--cut--\r\n",
                  "", form_header);
  CHECK(both.status == 200);
  CHECK(both.document().at("predictions").size() == 1);
  CHECK(both.document().at("errors").at(0).at("path") == "text.mp3");
  CHECK(server.metric("tutti_songs_total{result=\"failed\"}") == 2);
  CHECK(server.metric("tutti_genre_seconds_count") == 2);
}

TEST_CASE("A small file of an hour of silence does not hold the server up") {
  const TemporaryFolder folder;
  {
    SndfileHandle file((folder / "bomb.flac").string(), SFM_WRITE,
                       SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 1, 8000);
    const std::vector<short> minute(8000 * 60);
    for (int i = 0; i < 61; ++i) file.write(minute.data(), std::ssize(minute));
  }
  const std::string bomb = text_of(folder / "bomb.flac");
  REQUIRE(bomb.size() < 400'000);
  const Server server;
  [[maybe_unused]] const double before = megabytes(server.process, "VmHWM");
  const Answer answer = server.post(bomb, "?name=bomb.flac");
  CHECK(answer.status == 422);
  CHECK_THAT(answer.body, Contains("lasts more than 60 min"));
#ifndef TUTTI_SANITIZED  // the sanitizers keep what is freed
  CHECK(megabytes(server.process, "VmHWM") - before < 100);
#endif
}

TEST_CASE("Clients that are slow are cut off, and hold nobody else up") {
  const Server server;
  const auto start = Clock::now();
  const Client head(server.port), body(server.port);
  head.send("GET / HTTP/1.1\r\n");
  body.send(Server::head(100'000, "?name=slow.wav"));
  std::atomic<bool> ended = false;
  std::thread drip([&] {
    for (; !ended; std::this_thread::sleep_for(500ms)) {
      head.send("X-Slow: 1\r\n");
      body.send("x");
    }
  });
  CHECK(server.post(short_song()).status == 200);
  const Answer cut = head.answer();
  CHECK((cut.status == 0 || cut.status == 400));
  CHECK(body.answer().status == 400);
  CHECK(Clock::now() - start > 4s);
  CHECK(Clock::now() - start < 12s);
  ended = true;
  drip.join();
}

TEST_CASE("What has no end takes no memory") {
  const Server server;
  const double before = megabytes(server.process, "VmHWM");
  const std::string endless(100'000'000, 'x');
  CHECK(server.ask("GET / HTTP/1.1\r\nX: " + endless).status == 400);
  const std::string part_head = "--cut\r\nContent-Disposition: form-data; name=\"a\"\r\n";
  CHECK(server.post(part_head + endless, "", form_header).status == 400);
  CHECK(server.post(part_head + "\r\nb\r\n--cut" + endless, "", form_header).status == 400);
  CHECK(megabytes(server.process, "VmHWM") - before < 50);
  const std::string quotes(8000, '"');  // for a regular expression of httplib's
  CHECK(server
            .post("--cut\r\nContent-Disposition: form-data; name=\"" + quotes + "\r\n\r\nb", "",
                  form_header)
            .status == 400);
}

TEST_CASE("So many connections are open at once, and others refused at once") {
  const Server server({"--queue", "0", "--threads", "1"});
  std::vector<std::unique_ptr<Client>> idle;
  for (int i = 0; i < 65; ++i) idle.push_back(std::make_unique<Client>(server.port));
  const auto start = Clock::now();
  const Answer full = server.get("/health");
  CHECK(full.status == 503);
  CHECK_THAT(full.head, Contains("Retry-After: 1"));
  CHECK(Clock::now() - start < 2s);
  idle.clear();
  Answer again = server.get("/health");
  for (const auto end = Clock::now() + 3s; again.status == 503 && Clock::now() < end;)
    again = server.get("/health");
  CHECK(again.status == 200);
}

TEST_CASE("Those for whom there is no place are told at once to come again") {
  const Server server({"--queue", "1", "--threads", "1"});
  std::vector<std::unique_ptr<Client>> inside;
  for (int i = 0; i < 2; ++i) {
    inside.push_back(std::make_unique<Client>(server.port));
    inside.back()->send(Server::head(short_song().size()));
  }
  server.wait_until("tutti_queue_length", 2);
  const auto start = Clock::now();
  const Answer full = server.post(short_song());
  CHECK(full.status == 503);
  CHECK_THAT(full.head, Contains("Retry-After: 1"));
  CHECK(Clock::now() - start < 2s);
  CHECK(server.get("/health").status == 200);
  for (const auto& client : inside) client->send(short_song());
  for (const auto& client : inside) CHECK(client->answer().status == 200);
  CHECK(server.post(short_song()).status == 200);
}

TEST_CASE("Ctrl-C ends the server when the songs in work are done") {
  Server server({"--threads", "1"});
  const std::string long_song = song(600);
  const Client client(server.port), waits(server.port);
  client.send(Server::head(long_song.size(), "?name=long.wav") + long_song);
  server.wait_until("tutti_in_flight", 1);
  waits.send(Server::head(short_song().size()));
  ::kill(server.process, SIGINT);
  CHECK(waits.answer().status / 100 != 2);
  const Answer finished = client.answer();
  CHECK(finished.status == 200);
  CHECK(finished.document().at("predictions").at(0).at("windows").size() == 20);
  CHECK(server.end() == 0);
}

TEST_CASE("Many clients get their answers, and leave nothing behind") {
  const Server server;
  std::atomic<int> right = 0, refused = 0, others = 0;
  const auto round = [&](int uploads) {
    std::atomic<int> left = uploads;
    std::vector<std::thread> clients;
    for (int i = 0; i < 32; ++i)
      clients.emplace_back([&] {
        while (left-- > 0) {
          const Answer answer = server.post(short_song(), "?name=a.wav&picture=1");
          ++(answer.status == 200 ? right : answer.status == 503 ? refused : others);
        }
      });
    for (auto& client : clients) client.join();
  };
  round(100);
  server.wait_until("tutti_in_flight", 0);
  const auto files = open_files(server.process);
  [[maybe_unused]] const double before = megabytes(server.process, "VmRSS");
  round(100);
  CHECK(right + refused == 200);
  CHECK(right > 100);
  CHECK(others == 0);
  CHECK(open_files(server.process) <= files + 2);
  CHECK(children(server.process) == 0);  // each song had a reader of its own
#ifndef TUTTI_SANITIZED
  CHECK(megabytes(server.process, "VmRSS") - before < 30);
#endif
}

TEST_CASE("The page and the description of the server are there") {
  const Server server;
  CHECK_THAT(server.get("/").head, Contains("Content-Type: text/html; charset=utf-8"));
  CHECK(server.get("/page.js").body == text_of(fs::path(TUTTI_SOURCE_DIR) / "apps/serve/page.js"));
  const json api = server.get("/openapi.json").document();
  for (const auto& [path, _] : api.at("paths").items()) {
    CAPTURE(path);
    CHECK(server.get(path).status == (path == "/genre" ? 405 : 200));
  }
  const json health = server.get("/health").document();
  CHECK(health.at("classes").size() == 10);
  CHECK(health.at("model") == "pretrained");
  CHECK_THAT(server.get("/metrics").body,
             Contains("# TYPE tutti_genre_seconds histogram") && Contains("le=\"+Inf\""));
}
