// The plugin's options: `plugin_opt_<name> <value>` lines of mosquitto.conf. Read once, at the broker's start (a SIGHUP does
// not read them again); a wrong one stops the broker. Documented in plugins/mosquitto/README.md.
//
// Threads: immutable once parsed.
#pragma once

#include <string>
#include <vector>

namespace deviceauth {

struct Options {
  std::string socket = "/run/deviceauthd/mosquitto.sock";
  // Clients without a certificate: refused, or left to what else decides in this broker.
  bool defer_without_certificate = false;
  // Certificates whose issuer the broker does not know pass the handshake; the daemon decides.
  bool verify_unknown_issuer = false;
  // 2.1: at most this long in any 20 ms does the broker's thread wait for answers.
  int inline_wait_ms = 5;
  // 2.0: at most this long in any second.
  int blocking_wait_ms = 100;
  // How long a device may wait for its verdict in all.
  int pending_max_ms = 5000;
  // How long a will that MQTT 5 delays can still be decided.
  int will_grace_ms = 30'000;
  // check_retain_source: messages of clients that have not been here since the broker's start.
  bool allow_unknown_retain_source = false;
  // Where the broker's certificate is kept as the daemon says it; empty: that is somebody else's business.
  std::string tls_directory;
  // Whose certificate the daemon is asked for.
  std::string tls_name = "mosquitto";
  // CRLs of the device CAs are kept there too, and the broker reloads whenever one changes.
  bool keep_crls = false;
  // How long the broker's start waits for the first one.
  int tls_wait_ms = 10'000;

  struct Line {
    std::string name;
    std::string value;
  };

  // False: `error` says what is wrong with which line.
  static bool Parse(const std::vector<Line>& lines, Options* options, std::string* error);
};

}  // namespace deviceauth
