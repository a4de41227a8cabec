#include "unknown_issuer.h"

#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace deviceauth {
namespace {

constexpr int kDemandsCertificate = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;

// OpenSSL's hook is one for the process, so this is too.
struct Hook {
  int index = -1;
  int verifying = 0;
  int refusing = 0;
};
Hook hook;

bool IsUnknownIssuer(int error) {
  switch (error) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_CERT_UNTRUSTED:
      return true;
    default:
      return false;
  }
}

int Verify(int preverified, X509_STORE_CTX* store) {
  SSL* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  if (ssl == nullptr) return preverified;
  if (preverified != 1 && SSL_is_server(ssl) == 1 && hook.verifying > 0 &&
      IsUnknownIssuer(X509_STORE_CTX_get_error(store))) {
    return 1;
  }
  const SSL_verify_cb before = SSL_CTX_get_verify_callback(SSL_get_SSL_CTX(ssl));
  return before == nullptr ? preverified : before(preverified, store);
}

void OnNewSsl(void* parent, void*, CRYPTO_EX_DATA*, int, long, void*) {
  SSL* ssl = static_cast<SSL*>(parent);
  if (hook.verifying == 0 || ssl == nullptr) return;
  const int mode = SSL_get_verify_mode(ssl);
  if ((mode & kDemandsCertificate) == kDemandsCertificate) SSL_set_verify(ssl, mode, Verify);
}

}  // namespace

bool UnknownIssuer::Start(bool verify, std::string* error) {
  if (verify ? hook.refusing > 0 : hook.verifying > 0) {
    *error = "plugin_opt_unknown_issuer must be the same wherever this broker loads the plugin";
    return false;
  }
  if (verify && hook.index < 0) {
    hook.index = SSL_get_ex_new_index(0, nullptr, OnNewSsl, nullptr, nullptr);
    if (hook.index < 0) {
      *error = "plugin_opt_unknown_issuer verify: OpenSSL does not take the callback";
      return false;
    }
  }
  (verify ? hook.verifying : hook.refusing)++;
  verify_ = verify;
  started_ = true;
  return true;
}

// The index stays OpenSSL's and the callback does nothing when nobody verifies: connections that are open when the plugin
// ends still refer to both.
UnknownIssuer::~UnknownIssuer() {
  if (started_) (verify_ ? hook.verifying : hook.refusing)--;
}

}  // namespace deviceauth
