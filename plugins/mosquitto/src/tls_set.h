// What a broker's TLS listener needs, as the daemon says it: server certificate and key, what devices trust, the device CAs and
// their CRLs. A set is complete and fits together (the key is the certificate's), or there is none. Everything but the key is
// written anew from what OpenSSL read, so that nothing else gets into the files.
//
// Threads: values.
#pragma once

#include <map>
#include <optional>
#include <string>

namespace deviceauth::v1 {
class CertificateUpdate;
}

namespace deviceauth {

struct TlsSet {
  // With the intermediates.
  std::string certificate;
  std::string private_key;
  std::string ca_certificates;
  // Each one after the other, and by the name under which OpenSSL looks for it in a `capath`.
  std::string device_cas;
  std::map<std::string, std::string> device_cas_by_hash;
  // Empty: the daemon has not one of every device CA.
  std::string device_ca_crls;
  // For lines: the first digits of the certificate's id, and its end.
  std::string described;
};

// None: `error` says what is wrong with the update.
std::optional<TlsSet> ToTlsSet(const v1::CertificateUpdate& update, std::string* error);

// Is this the private key of the first of these certificates?
bool IsKeyOf(const std::string& private_key, const std::string& certificates);

}  // namespace deviceauth
