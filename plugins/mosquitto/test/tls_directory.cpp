// Puts TLS sets into a directory, for test/plugins/mosquitto/tls-directory.test.ts. Standard input is a CertificateUpdate's bytes.
//
//   tls_directory has DIR            prints "set" or "none", as the broker's start finds it
//   tls_directory put DIR            prints each step and then what changed
//   tls_directory put DIR stop N     ends the process before step N (status 42), as a SIGKILL would
//   tls_directory put DIR ignore-crls 0
//   tls_directory put DIR fail N     step N fails as a full disk does
//
// Status 1: it says why. 2: the update is not usable.
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <iterator>
#include <string>
#include <system_error>

#include "deviceauth/v1/device_auth.pb.h"
#include "tls_directory.h"
#include "tls_set.h"

namespace {

int Put(const std::string& path, const std::string& how, int at) {
  deviceauth::v1::CertificateUpdate update;
  const std::string bytes(std::istreambuf_iterator<char>(std::cin), {});
  std::string error;
  if (!update.ParseFromString(bytes)) {
    std::puts("no update");
    return 2;
  }
  const std::optional<deviceauth::TlsSet> set = deviceauth::ToTlsSet(update, &error);
  if (!set.has_value()) {
    std::puts(error.c_str());
    return 2;
  }
  int step = 0;
  deviceauth::TlsDirectory directory(path, how != "ignore-crls", [&](const char* what, const std::string& file) {
    step++;
    if (how == "stop" && step == at) _exit(42);
    if (how == "fail" && step == at) throw std::system_error(ENOSPC, std::generic_category(), "cannot write " + file);
    std::printf("%s %s\n", what, file.c_str());
  });
  const deviceauth::TlsDirectory::Change change = directory.Put(*set);
  std::printf("any=%d server=%d cas=%d crls=%d kept_crls=%d added=%u removed=%u without_group=%d\n", change.any,
              change.server, change.cas, change.crls, change.kept_crls, change.device_cas_added,
              change.device_cas_removed, change.without_group);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string command = count > 2 ? arguments[1] : "";
  try {
    if (command == "has") {
      std::puts(deviceauth::TlsDirectory(arguments[2], true).HasSet() ? "set" : "none");
      return 0;
    }
    if (command == "put") {
      return Put(arguments[2], count > 4 ? arguments[3] : "", count > 4 ? std::atoi(arguments[4]) : 0);
    }
    std::fputs("usage: tls_directory has DIR | put DIR [stop N | fail N | ignore-crls 0]\n", stderr);
    return 64;
  } catch (const std::exception& error) {
    std::puts(error.what());
    return 1;
  }
}
