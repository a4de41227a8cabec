#include "log.h"

#include <algorithm>

#include "broker_api.h"

namespace deviceauth {
namespace {

constexpr double kBurst = 50;
constexpr double kPerSecond = 1;
constexpr std::size_t kLongestQuotation = 128;

int ToMosquitto(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return MOSQ_LOG_DEBUG;
    case LogLevel::kInfo: return MOSQ_LOG_INFO;
    case LogLevel::kNotice: return MOSQ_LOG_NOTICE;
    case LogLevel::kWarning: return MOSQ_LOG_WARNING;
    case LogLevel::kError: break;
  }
  return MOSQ_LOG_ERR;
}

}  // namespace

Log::Limit& Log::Refilled(const char* topic) {
  const Milliseconds now = CoarseSteadyNow();
  Limit& limit = limits_.try_emplace(topic, Limit{kBurst, now}).first->second;
  if (now == limit.refilled_at) return limit;
  limit.tokens = std::min(kBurst, limit.tokens + static_cast<double>(now - limit.refilled_at) * kPerSecond / 1000);
  limit.refilled_at = now;
  return limit;
}

bool Log::Wants(const char* topic) {
  Limit& limit = Refilled(topic);
  if (limit.tokens >= 1) return true;
  limit.left_out++;
  return false;
}

void Log::Write(LogLevel level, const char* topic, const std::string& text) {
  Limit& limit = Refilled(topic);
  if (limit.tokens < 1) {
    limit.left_out++;
    return;
  }
  limit.tokens -= 1;
  if (limit.left_out == 0) {
    WriteOnce(level, text);
    return;
  }
  WriteOnce(level, text + " (" + std::to_string(limit.left_out) + " lines of this kind left out before it)");
  limit.left_out = 0;
}

void Log::WriteOnce(LogLevel level, const std::string& text) {
  mosquitto_log_printf(ToMosquitto(level), "deviceauthd: %s", text.c_str());
}

std::string Printable(std::string_view text, std::size_t most) {
  std::string printable;
  for (const char c : text.substr(0, most)) printable += c < ' ' || c > '~' ? '?' : c;
  if (text.size() > most) printable += "...";
  return printable;
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text.substr(0, kLongestQuotation)) {
    quoted += c < ' ' || c > '~' || c == '"' || c == '\\' ? '?' : c;
  }
  if (text.size() > kLongestQuotation) quoted += "...";
  return quoted + '"';
}

}  // namespace deviceauth
