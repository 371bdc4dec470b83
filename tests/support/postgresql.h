#pragma once
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <thread>

#include "search/storage/database.h"
#include "tests/support/files.h"

namespace tutti::test {

/// The URL of an empty database on a server of this process's own, which ends with it. Nothing, and
/// a line that says SKIPPED, where there is none.
inline std::optional<std::string> postgresql_database() {
  if (!has_postgresql()) {
    std::cout << "SKIPPED: this build has no PostgreSQL\n";
    return std::nullopt;
  }
  class Server {
   public:
    Server() {
      const std::string said = (folder_ / "url").string();
      input_ =
          ::popen((TUTTI_SOURCE_DIR "/tests/support/postgresql.sh >'" + said + "'").c_str(), "we");
      for (int tries = 0; tries < 600 && url_.empty(); ++tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        std::ifstream file(said);
        std::getline(file, url_);
      }
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server() { ::pclose(input_); }  // and it ends
    const std::string& url() const { return url_; }

   private:
    TemporaryFolder folder_;
    std::string url_;
    std::FILE* input_;
  };
  static const Server server;
  if (!is_server(server.url())) {
    std::cout << (server.url().empty() ? "no server came up" : server.url()) << '\n';
    return std::nullopt;
  }
  static int databases = 0;
  const std::string name = "studies" + std::to_string(++databases);
  open_database(server.url(), Database::Access::write)->run("CREATE DATABASE " + name);
  return server.url().substr(0, server.url().rfind('/') + 1) + name;
}

}  // namespace tutti::test
