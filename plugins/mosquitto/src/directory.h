// A directory and what is done in it, one system call at a time: every name is one of this directory (no path leads out of it,
// no symbolic link is followed), nothing is overwritten but by Rename, and files are complete and on disk before Write returns.
// What fails throws std::system_error with a text that names the file.
//
// `before_step` is called before every call that changes something: tests stop there.
//
// Threads: one at a time.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace deviceauth {

using FileStep = std::function<void(const char* what, const std::string& path)>;

class Directory {
 public:
  static Directory Open(const std::string& path, FileStep before_step = {});
  // Of this directory.
  Directory Enter(const std::string& name) const;
  Directory Make(const std::string& name, mode_t mode) const;

  Directory(Directory&& other) noexcept;
  Directory& operator=(Directory&&) = delete;
  ~Directory();

  struct stat Status() const;
  // False: somebody else has it. Kept until the directory is closed.
  bool Lock() const;
  std::vector<std::string> Names() const;
  // None: there is no such file.
  std::optional<std::string> Read(const std::string& name) const;
  // Where a symbolic link leads; none: it is no link, or not there.
  std::optional<std::string> Target(const std::string& name) const;
  bool Has(const std::string& name) const;

  // Those made from now on are this user's and group's, where that can be had; -1: whoever makes them.
  void SetOwner(uid_t user, gid_t group);
  // False: it could not be made the group's.
  bool Write(const std::string& name, const std::string& content, mode_t mode, mode_t mode_without_group) const;
  void Link(const std::string& target, const std::string& name) const;
  void Rename(const std::string& from, const std::string& to) const;
  // With all in it, and quietly if it is not there.
  void Remove(const std::string& name) const;
  void Sync() const;

 private:
  Directory(int descriptor, std::string path, FileStep before_step, uid_t user, gid_t group);
  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  void Step(const char* what, const std::string& path) const;
  void Own(const std::string& name) const;

  int descriptor_;
  std::string path_;
  FileStep before_step_;
  uid_t user_;
  gid_t group_;
};

}  // namespace deviceauth
