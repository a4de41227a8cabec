// What a message of the daemon may hold at most. The daemon stays far below; what goes beyond is not believed, so that nothing a
// confused one says can take the broker's memory or time.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <string>

namespace deviceauth {

constexpr std::size_t kMostSetsOfASession = 1024;
constexpr std::size_t kMostVariables = 256;
constexpr std::size_t kMostBytesOfVariables = 64 * 1024;
constexpr std::size_t kLongestToken = 128;
constexpr std::size_t kLongestThingName = 128;
constexpr int kMostGrantsOfASet = 250'000;

inline bool IsThingName(const std::string& name) {
  if (name.empty() || name.size() > kLongestThingName) return false;
  for (const char c : name) {
    const bool known = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ':' || c == '_' || c == '-';
    if (!known) return false;
  }
  return true;
}

inline bool IsToken(const std::string& token) { return !token.empty() && token.size() <= kLongestToken; }

// Lower-case hex SHA-256 each.
template <typename Ids>
bool AreSetIds(const Ids& ids) {
  if (static_cast<std::size_t>(ids.size()) > kMostSetsOfASession) return false;
  for (const std::string& id : ids) {
    if (id.size() != 64 || id.find_first_not_of("0123456789abcdef") != std::string::npos) return false;
  }
  return true;
}

template <typename Map>
bool AreVariables(const Map& variables) {
  if (static_cast<std::size_t>(variables.size()) > kMostVariables) return false;
  std::size_t bytes = 0;
  for (const auto& [name, value] : variables) bytes += name.size() + value.size();
  return bytes <= kMostBytesOfVariables;
}

}  // namespace deviceauth
