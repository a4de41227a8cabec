// The certificate a client showed in its TLS handshake. Parsed by OpenSSL, once, by the broker.
//
// Threads: Of() is for the broker's thread; the result is a value.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

struct mosquitto;

namespace deviceauth {

// SHA-256 of a certificate's DER.
struct Fingerprint {
  std::array<unsigned char, 32> bytes{};

  bool operator==(const Fingerprint& other) const { return bytes == other.bytes; }
  bool operator!=(const Fingerprint& other) const { return bytes != other.bytes; }
  std::string Hex() const;
};

struct FingerprintHash {
  std::size_t operator()(const Fingerprint& fingerprint) const {
    return std::hash<std::string_view>()(
        {reinterpret_cast<const char*>(fingerprint.bytes.data()), fingerprint.bytes.size()});
  }
};

struct ClientCertificate {
  Fingerprint fingerprint;
  std::string der;

  std::string Pem() const;

  // Empty: the client showed none, or is not connected.
  static std::optional<ClientCertificate> Of(const struct mosquitto* client);
};

}  // namespace deviceauth
