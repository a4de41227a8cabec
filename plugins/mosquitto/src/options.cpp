#include "options.h"

#include <cerrno>
#include <cstdlib>
#include <functional>
#include <map>
#include <set>

namespace deviceauth {
namespace {

// sockaddr_un's path, its terminating zero included.
constexpr std::size_t kLongestSocketPath = 107;
constexpr std::size_t kLongestSubscriberName = 64;

using Setter = std::function<std::string(const std::string& value)>;

Setter OneOf(bool* target, const char* when_false, const char* when_true) {
  return [=](const std::string& value) -> std::string {
    if (value == when_false) *target = false;
    else if (value == when_true) *target = true;
    else return std::string("must be ") + when_false + " or " + when_true;
    return {};
  };
}

Setter Number(int* target, int least, int most) {
  return [=](const std::string& value) -> std::string {
    const std::string range = "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    if (value.empty() || value.find_first_not_of("0123456789") != std::string::npos) return range;
    errno = 0;
    const long number = std::strtol(value.c_str(), nullptr, 10);
    if (errno != 0 || number < least || number > most) return range;
    *target = static_cast<int>(number);
    return {};
  };
}

Setter SocketPath(std::string* target) {
  return [=](const std::string& value) -> std::string {
    if (value.empty() || value.front() != '/') return "must be the absolute path of the daemon's Unix socket";
    // Mosquitto keeps what stands behind a value, where nobody sees it.
    if (value.back() == ' ' || value.back() == '\t') return "must not end with a blank";
    if (value.size() > kLongestSocketPath) return "is longer than a Unix socket's path may be";
    *target = value;
    return {};
  };
}

Setter DirectoryPath(std::string* target) {
  return [=](const std::string& value) -> std::string {
    if (value.size() < 2 || value.front() != '/') return "must be the absolute path of a directory";
    if (value.back() == ' ' || value.back() == '\t') return "must not end with a blank";
    *target = value.substr(0, value.find_last_not_of('/') + 1);
    return target->empty() ? "must be the absolute path of a directory" : "";
  };
}

Setter SubscriberName(std::string* target) {
  return [=](const std::string& value) -> std::string {
    const auto is_alphanumeric = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    bool is_name = !value.empty() && value.size() <= kLongestSubscriberName && is_alphanumeric(value.front());
    for (const char c : value) is_name = is_name && (is_alphanumeric(c) || c == '_' || c == '.' || c == '-');
    if (!is_name) return "must be 1 to 64 characters of A-Z a-z 0-9 _ . - and begin with a letter or digit";
    *target = value;
    return {};
  };
}

}  // namespace

bool Options::Parse(const std::vector<Line>& lines, Options* options, std::string* error) {
  const std::map<std::string, Setter> setters = {
      {"socket", SocketPath(&options->socket)},
      {"no_certificate", OneOf(&options->defer_without_certificate, "deny", "defer")},
      {"unknown_issuer", OneOf(&options->verify_unknown_issuer, "refuse", "verify")},
      {"inline_wait_ms", Number(&options->inline_wait_ms, 0, 20)},
      {"blocking_wait_ms", Number(&options->blocking_wait_ms, 0, 1000)},
      {"pending_max_ms", Number(&options->pending_max_ms, 100, 60'000)},
      {"will_grace_ms", Number(&options->will_grace_ms, 0, 3'600'000)},
      {"unknown_retain_source", OneOf(&options->allow_unknown_retain_source, "deny", "allow")},
      {"tls_dir", DirectoryPath(&options->tls_directory)},
      {"tls_name", SubscriberName(&options->tls_name)},
      {"tls_crls", OneOf(&options->keep_crls, "ignore", "keep")},
      {"tls_wait_ms", Number(&options->tls_wait_ms, 0, 60'000)},
  };
  std::set<std::string> seen;
  for (const Line& line : lines) {
    const auto found = setters.find(line.name);
    if (found == setters.end()) {
      *error = "plugin_opt_" + line.name + ": there is no such option; there are:";
      for (const auto& [name, setter] : setters) *error += " " + name;
      return false;
    }
    if (!seen.insert(line.name).second) {
      *error = "plugin_opt_" + line.name + " is given twice";
      return false;
    }
    const std::string problem = found->second(line.value);
    if (!problem.empty()) {
      *error = "plugin_opt_" + line.name + " " + problem + ", not \"" + line.value + "\"";
      return false;
    }
  }
  for (const char* name : {"tls_name", "tls_crls", "tls_wait_ms"}) {
    if (seen.count(name) == 0 || seen.count("tls_dir") != 0) continue;
    *error = std::string("plugin_opt_") + name + " means nothing without plugin_opt_tls_dir";
    return false;
  }
  return true;
}

}  // namespace deviceauth
