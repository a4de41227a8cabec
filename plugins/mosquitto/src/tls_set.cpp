#include "tls_set.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <ctime>
#include <memory>
#include <set>
#include <vector>

#include "deviceauth/v1/device_auth.pb.h"

namespace deviceauth {
namespace {

constexpr std::size_t kLongestCertificate = 256 * 1024;
constexpr std::size_t kLongestKey = 64 * 1024;
constexpr int kMostCas = 10'000;

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_CRL* crl) const { X509_CRL_free(crl); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Bio = std::unique_ptr<BIO, Free>;
using Certificate = std::unique_ptr<X509, Free>;
using Crl = std::unique_ptr<X509_CRL, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;

// OpenSSL's errors are a thread's; what we tried must not be found by whoever looks next.
struct NoErrorsLeft {
  ~NoErrorsLeft() { ERR_clear_error(); }
};

// Without it OpenSSL would ask for a passphrase on the terminal.
int NoPassphrase(char*, int, int, void*) { return 0; }

Bio Reader(const std::string& text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

std::string TextOf(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return data == nullptr || size <= 0 ? std::string() : std::string(data, static_cast<std::size_t>(size));
}

std::string PemOf(X509* certificate) {
  const Bio out(BIO_new(BIO_s_mem()));
  return out != nullptr && PEM_write_bio_X509(out.get(), certificate) == 1 ? TextOf(out.get()) : std::string();
}

std::string PemOf(X509_CRL* crl) {
  const Bio out(BIO_new(BIO_s_mem()));
  return out != nullptr && PEM_write_bio_X509_CRL(out.get(), crl) == 1 ? TextOf(out.get()) : std::string();
}

bool EndsHere(BIO* bio) {
  // Nothing but a certificate may begin where the last one ended.
  const bool is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  return is_end && BIO_eof(bio) == 1;
}

// All of them, or none if anything in the text is no certificate.
std::vector<Certificate> CertificatesOf(const std::string& text) {
  std::vector<Certificate> certificates;
  if (text.empty() || text.size() > kLongestCertificate) return certificates;
  const NoErrorsLeft guard;
  const Bio in = Reader(text);
  while (in != nullptr) {
    Certificate certificate(PEM_read_bio_X509(in.get(), nullptr, NoPassphrase, nullptr));
    if (certificate == nullptr) break;
    certificates.push_back(std::move(certificate));
  }
  if (in == nullptr || !EndsHere(in.get())) certificates.clear();
  return certificates;
}

Crl CrlOf(const std::string& text) {
  const NoErrorsLeft guard;
  const Bio in = Reader(text);
  return Crl(in == nullptr ? nullptr : PEM_read_bio_X509_CRL(in.get(), nullptr, NoPassphrase, nullptr));
}

Key KeyOf(const std::string& text) {
  if (text.empty() || text.size() > kLongestKey) return nullptr;
  const NoErrorsLeft guard;
  const Bio in = Reader(text);
  return Key(in == nullptr ? nullptr : PEM_read_bio_PrivateKey(in.get(), nullptr, NoPassphrase, nullptr));
}

bool IsKeyOf(EVP_PKEY* key, X509* certificate) {
  const NoErrorsLeft guard;
  return X509_check_private_key(certificate, key) == 1;
}

std::string Describe(X509* certificate) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  std::string described;
  if (X509_digest(certificate, EVP_sha256(), digest, &size) == 1) {
    char digits[3];
    for (unsigned i = 0; i < 8 && i < size; i++) {
      std::snprintf(digits, sizeof digits, "%02x", digest[i]);
      described += digits;
    }
  }
  std::tm end{};
  char text[32];
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) == 1 &&
      std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &end) > 0) {
    described += std::string(", valid until ") + text;
  }
  return described;
}

std::string HashName(X509* certificate, const std::map<std::string, std::string>& taken) {
  char hash[16];
  std::snprintf(hash, sizeof hash, "%08lx", X509_subject_name_hash(certificate));
  int number = 0;
  while (taken.count(std::string(hash) + "." + std::to_string(number)) != 0) number++;
  return std::string(hash) + "." + std::to_string(number);
}

bool Fail(std::string* error, std::string what) {
  *error = std::move(what);
  return false;
}

bool TakeServer(const v1::CertificateUpdate& update, TlsSet* set, std::string* error) {
  if (update.certificate().empty()) return Fail(error, "it has no certificate");
  if (update.private_key().empty()) return Fail(error, "it has no private key");
  const std::vector<Certificate> chain = CertificatesOf(update.certificate());
  if (chain.empty()) return Fail(error, "its certificate cannot be read");
  const Key key = KeyOf(update.private_key());
  if (key == nullptr) return Fail(error, "its private key cannot be read");
  if (!IsKeyOf(key.get(), chain.front().get())) return Fail(error, "its private key is not the certificate's");
  for (const Certificate& certificate : chain) set->certificate += PemOf(certificate.get());
  set->private_key = update.private_key();
  set->described = Describe(chain.front().get());
  return true;
}

bool TakeDeviceCas(const v1::CertificateUpdate& update, TlsSet* set, std::string* error) {
  if (update.device_ca_certificates_size() > kMostCas) return Fail(error, "it has too many device CAs");
  std::set<std::string> seen;
  for (const std::string& text : update.device_ca_certificates()) {
    const std::vector<Certificate> read = CertificatesOf(text);
    if (read.size() != 1) return Fail(error, "a device CA of it cannot be read, or is not one certificate");
    const std::string pem = PemOf(read.front().get());
    if (!seen.insert(pem).second) continue;
    set->device_cas += pem;
    set->device_cas_by_hash.emplace(HashName(read.front().get(), set->device_cas_by_hash), pem);
  }
  return true;
}

bool TakeCrls(const v1::CertificateUpdate& update, TlsSet* set, std::string* error) {
  if (update.device_ca_crls_size() == 0) return true;
  if (update.device_ca_crls_size() != update.device_ca_certificates_size()) {
    return Fail(error, "it has not as many CRLs as device CAs");
  }
  for (const std::string& text : update.device_ca_crls()) {
    const Crl crl = CrlOf(text);
    if (crl == nullptr) return Fail(error, "a CRL of it cannot be read");
    set->device_ca_crls += PemOf(crl.get());
  }
  return true;
}

bool TakeCas(const v1::CertificateUpdate& update, TlsSet* set, std::string* error) {
  if (update.ca_certificates_size() > kMostCas) return Fail(error, "it has too many CAs");
  for (const std::string& text : update.ca_certificates()) {
    const std::vector<Certificate> read = CertificatesOf(text);
    if (read.empty()) return Fail(error, "a CA certificate of it cannot be read");
    for (const Certificate& certificate : read) set->ca_certificates += PemOf(certificate.get());
  }
  return true;
}

}  // namespace

std::optional<TlsSet> ToTlsSet(const v1::CertificateUpdate& update, std::string* error) {
  TlsSet set;
  if (!TakeServer(update, &set, error) || !TakeCas(update, &set, error) || !TakeDeviceCas(update, &set, error) ||
      !TakeCrls(update, &set, error)) {
    return std::nullopt;
  }
  return set;
}

bool IsKeyOf(const std::string& private_key, const std::string& certificates) {
  const std::vector<Certificate> chain = CertificatesOf(certificates);
  const Key key = KeyOf(private_key);
  return !chain.empty() && key != nullptr && IsKeyOf(key.get(), chain.front().get());
}

}  // namespace deviceauth
