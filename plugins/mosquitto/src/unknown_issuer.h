// Lets client certificates whose issuer the broker does not know pass the TLS handshake, so that the daemon decides
// (`plugin_opt_unknown_issuer verify`). Mosquitto has no such mode; OpenSSL's public interface has: plugin and broker share one
// libssl, and a callback registered for new SSL objects puts our verification callback on the broker's. Always true:
//
// - Forgiven is what says "unknown issuer" and nothing else: expiry, purpose, revocation and signature errors stay fatal.
// - Only server-side connections that demand a certificate are touched; the broker's bridges are not, and a client without
//   a certificate is refused by the handshake as before.
// - Possession of the certificate's key is still proven.
//
// It works on every TLS listener of the process, so every instance of the plugin in it must agree.
//
// Threads: Start and Stop on the broker's thread; the callback wherever a handshake is made, which is there too.
#pragma once

#include <string>

namespace deviceauth {

class UnknownIssuer {
 public:
  UnknownIssuer() = default;
  ~UnknownIssuer();
  UnknownIssuer(const UnknownIssuer&) = delete;
  UnknownIssuer& operator=(const UnknownIssuer&) = delete;

  // False, and why, when it cannot be done.
  bool Start(bool verify, std::string* error);

 private:
  bool started_ = false;
  bool verify_ = false;
};

}  // namespace deviceauth
