#include "tls_directory.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <set>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace deviceauth {
namespace {

constexpr char kCurrent[] = "current";
constexpr char kSetPrefix[] = ".set-";
// Links before they have their names.
constexpr char kNewCurrent[] = ".current.new";
constexpr char kNewLink[] = ".link.new";

constexpr char kCertificate[] = "server.pem";
constexpr char kPrivateKey[] = "server.key";
constexpr char kCas[] = "ca.pem";
constexpr char kDeviceCas[] = "device-cas.pem";
constexpr char kCrls[] = "device-cas.crl";
constexpr char kDeviceCaFolder[] = "device-cas";
constexpr const char* kLinks[] = {kCertificate, kPrivateKey, kCas, kDeviceCas, kCrls, kDeviceCaFolder};

bool IsSet(const std::string& name) { return name.rfind(kSetPrefix, 0) == 0; }

bool IsDeviceCa(const std::string& name) { return name.rfind(std::string(kDeviceCaFolder) + "/", 0) == 0; }

std::string LinkTarget(const char* name) { return std::string(kCurrent) + "/" + name; }

unsigned long NumberOf(const std::string& set) {
  return std::strtoul(set.c_str() + sizeof kSetPrefix - 1, nullptr, 10);
}

bool Differ(const std::map<std::string, std::string>& a, const std::map<std::string, std::string>& b, const char* name) {
  const auto in_a = a.find(name);
  const auto in_b = b.find(name);
  if (in_a == a.end() || in_b == b.end()) return (in_a == a.end()) != (in_b == b.end());
  return in_a->second != in_b->second;
}

std::string Remedy(const std::system_error& error, const std::string& path) {
  const std::string what = error.what();
  if (error.code() == std::errc::no_such_file_or_directory || error.code() == std::errc::not_a_directory) {
    return what + "; make the directory (install -d -m 750 -o mosquitto -g mosquitto " + path + ")";
  }
  if (error.code() == std::errc::permission_denied || error.code() == std::errc::operation_not_permitted) {
    return what + "; the broker's user must be able to write in " + path + " (chown mosquitto: " + path + ")";
  }
  if (error.code() == std::errc::read_only_file_system) {
    return what + "; under systemd the unit may need ReadWritePaths=" + path;
  }
  if (error.code() == std::errc::no_space_on_device || error.code().value() == EDQUOT) {
    return what + "; make room on the disk";
  }
  return what;
}

}  // namespace

TlsDirectory::TlsDirectory(std::string path, bool keep_crls, FileStep before_step)
    : path_(std::move(path)), keep_crls_(keep_crls), before_step_(std::move(before_step)) {}

bool TlsDirectory::HasSet() {
  try {
    const Directory directory = Open();
    CleanUp(directory);
    const std::optional<Contents> current = Current(directory);
    if (!current.has_value()) return false;
    const auto certificate = current->find(kCertificate);
    const auto key = current->find(kPrivateKey);
    if (keep_crls_ && current->count(kCrls) == 0) return false;
    return certificate != current->end() && key != current->end() && IsKeyOf(key->second, certificate->second);
  } catch (const std::system_error& error) {
    throw std::runtime_error(Remedy(error, path_));
  }
}

TlsDirectory::Change TlsDirectory::Put(const TlsSet& set) {
  try {
    const Directory directory = Open();
    CleanUp(directory);
    CheckLinks(directory);
    const Contents before = Current(directory).value_or(Contents());
    Contents after = ContentsOf(set);
    if (!keep_crls_) after.erase(kCrls);
    const bool keeps_crls = keep_crls_ && after.count(kCrls) == 0 && before.count(kCrls) != 0;
    if (keeps_crls) after.insert(*before.find(kCrls));
    if (before == after) {
      MakeLinks(directory);
      return {};
    }
    Change change = Compare(before, after);
    change.kept_crls = keeps_crls;
    change.crls = change.crls && keep_crls_;
    unsigned long last = 0;
    for (const std::string& name : directory.Names()) {
      if (IsSet(name)) last = std::max(last, NumberOf(name));
    }
    const std::string name = kSetPrefix + std::to_string(last + 1);
    try {
      WriteSet(directory, name, after, &change);
      MakeLinks(directory);
      directory.Link(name, kNewCurrent);
      directory.Rename(kNewCurrent, kCurrent);
    } catch (const std::exception&) {
      // Also to give the room back, if it was that.
      try {
        CleanUp(directory);
      } catch (const std::exception&) {
      }
      throw;
    }
    // From here on it is so, whatever fails: the next writer removes the old set.
    try {
      directory.Sync();
      CleanUp(directory);
    } catch (const std::exception&) {
    }
    return change;
  } catch (const std::system_error& error) {
    throw std::runtime_error(Remedy(error, path_));
  }
}

Directory TlsDirectory::Open() {
  Directory directory = Directory::Open(path_, before_step_);
  const struct stat status = directory.Status();
  if ((status.st_mode & S_IWOTH) != 0) {
    throw std::runtime_error(path_ + " may be written by everybody, so that nobody knows whose key is in it (chmod o-w " +
                             path_ + ")");
  }
  const bool is_locked = locked_ != nullptr && locked_->Status().st_ino == status.st_ino &&
                         locked_->Status().st_dev == status.st_dev;
  if (!is_locked) {
    locked_ = nullptr;
    auto lock = std::make_unique<Directory>(Directory::Open(path_));
    if (!lock->Lock()) {
      throw std::runtime_error(path_ + " is another broker's, or given twice in this one: each needs a directory of its own");
    }
    locked_ = std::move(lock);
  }
  directory.SetOwner(geteuid() == 0 ? status.st_uid : static_cast<uid_t>(-1), status.st_gid);
  return directory;
}

// Whatever is not the set that `current` leads to.
void TlsDirectory::CleanUp(const Directory& directory) const {
  const std::optional<std::string> current = directory.Target(kCurrent);
  for (const std::string& name : directory.Names()) {
    const bool is_left = (IsSet(name) && name != current) || name == kNewCurrent || name == kNewLink;
    if (is_left) directory.Remove(name);
  }
}

std::optional<TlsDirectory::Contents> TlsDirectory::Current(const Directory& directory) {
  const std::optional<std::string> name = directory.Target(kCurrent);
  if (!name.has_value() || !IsSet(*name) || name->find('/') != std::string::npos || !directory.Has(*name)) {
    return std::nullopt;
  }
  Contents contents;
  const Directory set = directory.Enter(*name);
  for (const std::string& file : set.Names()) {
    if (file != kDeviceCaFolder) {
      contents.emplace(file, set.Read(file).value_or(""));
      continue;
    }
    const Directory folder = set.Enter(file);
    for (const std::string& ca : folder.Names()) {
      contents.emplace(std::string(kDeviceCaFolder) + "/" + ca, folder.Read(ca).value_or(""));
    }
  }
  return contents;
}

TlsDirectory::Contents TlsDirectory::ContentsOf(const TlsSet& set) {
  Contents contents = {{kCertificate, set.certificate},
                       {kPrivateKey, set.private_key},
                       {kCas, set.ca_certificates},
                       {kDeviceCas, set.device_cas}};
  if (!set.device_ca_crls.empty()) contents.emplace(kCrls, set.device_ca_crls);
  for (const auto& [name, pem] : set.device_cas_by_hash) {
    contents.emplace(std::string(kDeviceCaFolder) + "/" + name, pem);
  }
  return contents;
}

TlsDirectory::Change TlsDirectory::Compare(const Contents& before, const Contents& after) {
  Change change;
  change.any = true;
  change.server = Differ(before, after, kCertificate) || Differ(before, after, kPrivateKey);
  change.cas = Differ(before, after, kCas);
  change.crls = Differ(before, after, kCrls);
  const auto device_cas = [](const Contents& contents) {
    std::set<std::string_view> pems;
    for (const auto& [name, content] : contents) {
      if (IsDeviceCa(name)) pems.insert(content);
    }
    return pems;
  };
  const auto count_missing = [](const std::set<std::string_view>& these, const std::set<std::string_view>& from) {
    return static_cast<unsigned>(
        std::count_if(these.begin(), these.end(), [&](std::string_view pem) { return from.count(pem) == 0; }));
  };
  const std::set<std::string_view> cas_before = device_cas(before);
  const std::set<std::string_view> cas_after = device_cas(after);
  change.device_cas_added = count_missing(cas_after, cas_before);
  change.device_cas_removed = count_missing(cas_before, cas_after);
  return change;
}

void TlsDirectory::CheckLinks(const Directory& directory) {
  for (const char* name : kLinks) {
    if (directory.Target(name) == LinkTarget(name) || !directory.Has(name)) continue;
    throw std::runtime_error(std::string(name) + " in plugin_opt_tls_dir is not the plugin's; move it away, or name an empty directory");
  }
  if (directory.Has(kCurrent) && !directory.Target(kCurrent).has_value()) {
    throw std::runtime_error("\"current\" in plugin_opt_tls_dir is not the plugin's; move it away, or name an empty directory");
  }
}

void TlsDirectory::MakeLinks(const Directory& directory) {
  for (const char* name : kLinks) {
    if (directory.Has(name)) continue;
    directory.Link(LinkTarget(name), kNewLink);
    directory.Rename(kNewLink, name);
  }
}

void TlsDirectory::WriteSet(const Directory& directory, const std::string& name, const Contents& contents,
                            Change* change) const {
  // Whom the directory lets in, the set lets in: its owner, and its group or everybody where they may enter the directory.
  const mode_t mode = directory.Status().st_mode;
  const bool for_group = (mode & S_IXGRP) != 0;
  const mode_t folder_mode = 0700 | (mode & 0055);
  const Directory set = directory.Make(name, folder_mode);
  const Directory folder = set.Make(kDeviceCaFolder, folder_mode);
  for (const auto& [file, content] : contents) {
    if (IsDeviceCa(file)) {
      folder.Write(file.substr(sizeof kDeviceCaFolder), content, 0644, 0644);
    } else if (file == kPrivateKey) {
      const bool is_groups = set.Write(file, content, for_group ? 0640 : 0600, 0600);
      change->without_group = for_group && !is_groups;
    } else {
      set.Write(file, content, 0644, 0644);
    }
  }
  folder.Sync();
  set.Sync();
  directory.Sync();
}

}  // namespace deviceauth
