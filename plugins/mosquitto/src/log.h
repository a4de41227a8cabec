// Lines for the broker's log, all beginning with "deviceauthd: ". Lines of one topic are limited to so many in a row and then
// one a second; what was left out is counted in the next one. Never a PEM, a key or a token; what a device sent is made
// printable first.
//
// Threads: the broker's. The keeper's thread hands its lines over (LogLine).
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "messages.h"

namespace deviceauth {

class Log {
 public:
  // Would a line of this topic be written now? Saves making it; a line that is not wanted is counted as left out.
  bool Wants(const char* topic);
  // `topic` is a constant.
  void Write(LogLevel level, const char* topic, const std::string& text);
  // Not limited: at the start, and for what is said once.
  static void WriteOnce(LogLevel level, const std::string& text);

 private:
  struct Limit {
    double tokens;
    Milliseconds refilled_at;
    unsigned left_out = 0;
  };
  Limit& Refilled(const char* topic);

  std::unordered_map<std::string_view, Limit> limits_;
};

// What the daemon says, fit for a line: printable ASCII, at most so many characters of it.
std::string Printable(std::string_view text, std::size_t most);

// Printable ASCII in quotes, at most 128 characters of it.
std::string Quoted(std::string_view text);

}  // namespace deviceauth
