#include <iostream>
#include <memory>

#include "apps/common.h"
#include "apps/run_directory.h"
#include "apps/serve/server.h"
#include "kernels/support/error.h"
#include "models/pretrained.h"

namespace tutti {
namespace {

struct ServeOptions {
  CommonOptions common;
  std::string run = "pretrained";
  ServerOptions server;
};

/// What a header can carry: RFC 6750.
void expect_token(const std::string& token) {
  constexpr auto letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=";
  if (token.find_first_not_of(letters) != std::string::npos)
    throw Error("--token: may hold letters, digits and -._~+/= only");
}

int run_server(ServeOptions& o) {
  auto& server = o.server;
  expect_token(server.token);
  if (!is_loopback(server.host) && server.token.empty())
    throw Error("--host ", server.host,
                ": other machines can reach it; give them a --token, or TUTTI_TOKEN");
  const auto folder = run_folder(o.run);
  server.model =
      o.run == "pretrained" ? o.run : std::filesystem::weakly_canonical(folder).filename().string();
  const std::stop_token stop = stop_on_interrupt();
  const Run run(folder, o.common.prepare());
  note_unfinished(run);
  serve(run, server, stop, [](const std::string& url) {
    std::cerr << "tutti: listening at " + url + " until Ctrl-C\n";
  });
  return done;
}

}  // namespace

void add_serve(CLI::App& program, int& status) {
  auto* command =
      program.add_subcommand("serve", "Serve a page that names the songs you drop on it");
  command->footer(
      "Programs ask the same server, and get the JSON of 'tutti genre --json --windows';\n"
      "/openapi.json describes it.\n\n"
      "  tutti serve\n"
      "  curl -F song=@song.mp3 http://127.0.0.1:8080/genre\n"
      "  TUTTI_TOKEN=secret tutti serve --host 0.0.0.0\n"
      "  curl -H 'Authorization: Bearer secret' -F song=@song.mp3 http://HOST:8080/genre\n\n"
      "With a token, the page is at http://HOST:8080/#token=secret. Songs are kept nowhere. Only "
      "this\n"
      "machine reaches the server unless --host says otherwise.");
  const auto o = std::make_shared<ServeOptions>();
  command
      ->add_option("RUN", o->run, "The model: the folder of a run, or pretrained, the built-in one")
      ->capture_default_str();
  auto& server = o->server;
  command->add_option("--port", server.port, "The port; 0 picks a free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  command->add_option("--host", server.host, "The address to listen at; 0.0.0.0 is all of them")
      ->type_name("ADDRESS")
      ->capture_default_str();
  command->add_option("--token", server.token, "What requests must send as a Bearer token")
      ->type_name("TOKEN")
      ->envname("TUTTI_TOKEN");
  command->add_option("--max-megabytes", server.max_megabytes, "The largest request")
      ->check(CLI::Range(0.001, 100000.0))
      ->capture_default_str();
  command
      ->add_option("--queue", server.queue,
                   "So many requests wait for their turn; others are told to come again")
      ->check(CLI::Range(0, 10000))
      ->capture_default_str();
  o->common.add_computing_to(*command);
  command->callback([o, &status] { status = run_server(*o); });
}

}  // namespace tutti
