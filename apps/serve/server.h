#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "models/run.h"

/// Names the genres of songs over HTTP; see openapi.json.
namespace tutti {

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 8080;    // 0: a free one
  std::string token;  // that requests need; none if empty
  double max_megabytes = 200;
  std::size_t queue = 32;
  std::string model;  // what clients are told that it is called
};

/// Whether only this machine reaches an address.
bool is_loopback(const std::string& host);

/// Answers until it is to stop; `ready` is told the address once it listens. An Error if it cannot.
void serve(const Run& run, const ServerOptions& options, std::stop_token stop,
           const std::function<void(const std::string& url)>& ready);

}  // namespace tutti
