#include "certificate.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <memory>

#include "broker_api.h"

namespace deviceauth {
namespace {

struct FreeX509 {
  void operator()(X509* certificate) const { X509_free(certificate); }
};

}  // namespace

std::string Fingerprint::Hex() const {
  static const char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * bytes.size());
  for (const unsigned char byte : bytes) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

std::string ClientCertificate::Pem() const {
  std::string base64(4 * ((der.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(&base64[0]),
                                     reinterpret_cast<const unsigned char*>(der.data()), static_cast<int>(der.size()));
  base64.resize(static_cast<std::size_t>(length));
  std::string pem = "-----BEGIN CERTIFICATE-----\n";
  for (std::size_t at = 0; at < base64.size(); at += 64) pem.append(base64, at, 64).append("\n");
  return pem + "-----END CERTIFICATE-----\n";
}

std::optional<ClientCertificate> ClientCertificate::Of(const struct mosquitto* client) {
  const std::unique_ptr<X509, FreeX509> certificate(static_cast<X509*>(mosquitto_client_certificate(client)));
  if (certificate == nullptr) return std::nullopt;
  unsigned char* der = nullptr;
  const int length = i2d_X509(certificate.get(), &der);
  if (length <= 0) return std::nullopt;
  ClientCertificate result;
  result.der.assign(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  SHA256(reinterpret_cast<const unsigned char*>(result.der.data()), result.der.size(), result.fingerprint.bytes.data());
  return result;
}

}  // namespace deviceauth
