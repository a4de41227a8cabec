#include "directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>
#include <utility>

namespace deviceauth {
namespace {

constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
constexpr std::size_t kLargestFile = 256 * 1024 * 1024;

[[noreturn]] void Fail(const std::string& what) { throw std::system_error(errno, std::generic_category(), what); }

template <typename Call>
auto Retried(Call call) {
  while (true) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }
  int Release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

}  // namespace

Directory::Directory(int descriptor, std::string path, FileStep before_step, uid_t user, gid_t group)
    : descriptor_(descriptor),
      path_(std::move(path)),
      before_step_(std::move(before_step)),
      user_(user),
      group_(group) {}

Directory::Directory(Directory&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      before_step_(std::move(other.before_step_)),
      user_(other.user_),
      group_(other.group_) {}

Directory::~Directory() {
  if (descriptor_ >= 0) close(descriptor_);
}

Directory Directory::Open(const std::string& path, FileStep before_step) {
  const int descriptor = open(path.c_str(), kOpenDirectory);
  if (descriptor < 0) Fail("cannot open " + path);
  return {descriptor, path, std::move(before_step), static_cast<uid_t>(-1), static_cast<gid_t>(-1)};
}

Directory Directory::Enter(const std::string& name) const {
  const int descriptor = openat(descriptor_, name.c_str(), kOpenDirectory | O_NOFOLLOW);
  if (descriptor < 0) Fail("cannot open " + Path(name));
  return {descriptor, Path(name), before_step_, user_, group_};
}

Directory Directory::Make(const std::string& name, mode_t mode) const {
  Step("mkdir", Path(name));
  if (mkdirat(descriptor_, name.c_str(), 0700) != 0) Fail("cannot make " + Path(name));
  Directory made = Enter(name);
  Own(name);
  made.Step("chmod", Path(name));
  if (fchmod(made.descriptor_, mode) != 0) Fail("cannot set the mode of " + Path(name));
  return made;
}

struct stat Directory::Status() const {
  struct stat status {};
  if (fstat(descriptor_, &status) != 0) Fail("cannot look at " + path_);
  return status;
}

bool Directory::Lock() const {
  if (Retried([this] { return flock(descriptor_, LOCK_EX | LOCK_NB); }) == 0) return true;
  if (errno != EWOULDBLOCK) Fail("cannot lock " + path_);
  return false;
}

std::vector<std::string> Directory::Names() const {
  // A descriptor of its own, since reading moves it.
  const int descriptor = openat(descriptor_, ".", kOpenDirectory);
  if (descriptor < 0) Fail("cannot read " + path_);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(fdopendir(descriptor), closedir);
  if (stream == nullptr) {
    close(descriptor);
    Fail("cannot read " + path_);
  }
  std::vector<std::string> names;
  while (const dirent* const entry = readdir(stream.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<std::string> Directory::Read(const std::string& name) const {
  const Descriptor file(openat(descriptor_, name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file.get() < 0) {
    if (errno == ENOENT) return std::nullopt;
    Fail("cannot open " + Path(name));
  }
  std::string content;
  char buffer[64 * 1024];
  while (true) {
    const ssize_t size = Retried([&] { return read(file.get(), buffer, sizeof buffer); });
    if (size < 0) Fail("cannot read " + Path(name));
    if (size == 0) return content;
    if (content.size() > kLargestFile) {
      errno = EFBIG;
      Fail("cannot read " + Path(name));
    }
    content.append(buffer, static_cast<std::size_t>(size));
  }
}

std::optional<std::string> Directory::Target(const std::string& name) const {
  char target[PATH_MAX];
  const ssize_t size = readlinkat(descriptor_, name.c_str(), target, sizeof target);
  if (size < 0) {
    if (errno == ENOENT || errno == EINVAL) return std::nullopt;
    Fail("cannot read " + Path(name));
  }
  return std::string(target, static_cast<std::size_t>(size));
}

bool Directory::Has(const std::string& name) const {
  struct stat status {};
  if (fstatat(descriptor_, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return true;
  if (errno != ENOENT) Fail("cannot look at " + Path(name));
  return false;
}

void Directory::SetOwner(uid_t user, gid_t group) {
  user_ = user;
  group_ = group;
}

bool Directory::Write(const std::string& name, const std::string& content, mode_t mode,
                      mode_t mode_without_group) const {
  const std::string path = Path(name);
  Step("create", path);
  const Descriptor file(
      openat(descriptor_, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (file.get() < 0) Fail("cannot make " + path);
  // In two parts, so that a test can stop between them.
  std::size_t written = 0;
  for (const std::size_t until : {content.size() / 2, content.size()}) {
    Step("write", path);
    while (written < until) {
      const ssize_t size = Retried([&] { return write(file.get(), content.data() + written, until - written); });
      if (size < 0) Fail("cannot write " + path);
      written += static_cast<std::size_t>(size);
    }
  }
  Step("chown", path);
  const bool is_owned = fchown(file.get(), user_, group_) == 0;
  Step("chmod", path);
  if (fchmod(file.get(), is_owned ? mode : mode_without_group) != 0) Fail("cannot set the mode of " + path);
  Step("fsync", path);
  if (fsync(file.get()) != 0) Fail("cannot write " + path + " to disk");
  return is_owned;
}

void Directory::Link(const std::string& target, const std::string& name) const {
  Step("symlink", Path(name));
  if (symlinkat(target.c_str(), descriptor_, name.c_str()) != 0) Fail("cannot make " + Path(name));
  Own(name);
}

void Directory::Rename(const std::string& from, const std::string& to) const {
  Step("rename", Path(to));
  if (renameat(descriptor_, from.c_str(), descriptor_, to.c_str()) != 0) Fail("cannot replace " + Path(to));
}

void Directory::Remove(const std::string& name) const {
  struct stat status {};
  if (fstatat(descriptor_, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return;
    Fail("cannot look at " + Path(name));
  }
  const bool is_directory = S_ISDIR(status.st_mode);
  if (is_directory) {
    const Directory inner = Enter(name);
    for (const std::string& each : inner.Names()) inner.Remove(each);
  }
  Step("remove", Path(name));
  if (unlinkat(descriptor_, name.c_str(), is_directory ? AT_REMOVEDIR : 0) != 0) Fail("cannot remove " + Path(name));
}

void Directory::Sync() const {
  Step("fsync", path_);
  if (fsync(descriptor_) != 0) Fail("cannot write " + path_ + " to disk");
}

void Directory::Step(const char* what, const std::string& path) const {
  if (before_step_) before_step_(what, path);
}

void Directory::Own(const std::string& name) const {
  Step("chown", Path(name));
  // Of no consequence where it fails: whoever made it can replace it.
  if (fchownat(descriptor_, name.c_str(), user_, group_, AT_SYMLINK_NOFOLLOW) != 0) errno = 0;
}

}  // namespace deviceauth
