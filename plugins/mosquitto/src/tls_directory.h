// The files from which the broker reads its TLS set. Always true, whenever the process or the machine stops:
//
// - DIR/server.pem, server.key, ca.pem, device-cas.pem, device-cas.crl and device-cas/ are links into DIR/current/, and `current` is
//   a link to one complete set: who opens them sees one set or the next, never a mixture that would stay.
// - All of a set is on disk before `current` leads to it.
// - What an interrupted writer left is removed by the next.
// - What is there already is not written again.
//
// device-cas.crl is there, where it is wanted, once the daemon had a CRL of every device CA, and stays when it has not any more: a
// broker with `crlfile` cannot do without (2.1 ends at a reload), and an old list is the cautious answer.
//
// Throws std::runtime_error with a text that says what to do.
//
// Threads: one at a time.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "directory.h"
#include "tls_set.h"

namespace deviceauth {

class TlsDirectory {
 public:
  struct Change {
    // Nothing else is said when it is false.
    bool any = false;
    bool server = false;
    bool cas = false;
    bool crls = false;
    // A new set has no CRLs, so the old ones stayed.
    bool kept_crls = false;
    unsigned device_cas_added = 0;
    unsigned device_cas_removed = 0;
    // server.key is for its owner alone, though DIR is open to its group, because the group could not be given.
    bool without_group = false;
  };

  TlsDirectory(std::string path, bool keep_crls, FileStep before_step = {});

  const std::string& path() const { return path_; }

  // Can a broker start with what is there: a certificate with its key, and CRLs where they are wanted? Removes leftovers.
  bool HasSet();
  Change Put(const TlsSet& set);

 private:
  // Name, below the set, and content.
  using Contents = std::map<std::string, std::string>;

  Directory Open();
  void CleanUp(const Directory& directory) const;
  static std::optional<Contents> Current(const Directory& directory);
  static Contents ContentsOf(const TlsSet& set);
  static Change Compare(const Contents& before, const Contents& after);
  static void CheckLinks(const Directory& directory);
  static void MakeLinks(const Directory& directory);
  void WriteSet(const Directory& directory, const std::string& name, const Contents& contents, Change* change) const;

  const std::string path_;
  const bool keep_crls_;
  const FileStep before_step_;
  // Of the directory as long as this lives: two writers would undo each other's work.
  std::unique_ptr<Directory> locked_;
};

}  // namespace deviceauth
