// Mosquitto's plugin interface, version 5, as one binary sees it on 2.0.11 to 2.1.x: what 2.1 added is looked up when the
// plugin is loaded, and the numbers that 2.0's headers do not have stand here.
//
// Threads: everything of the broker is the broker's thread's alone.
#pragma once

#include <dlfcn.h>

#include <ctime>

// The plugin interface first names these, then uses their C linkage.
#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>

namespace deviceauth {

// Events and codes of 2.1.
constexpr int kEventClientOffline = 28;
constexpr int kAuthDelayed = -5;
// MQTT 5's reason codes, which 2.1 accepts as an answer to BASIC_AUTH.
constexpr int kServerUnavailable = 136;

struct BrokerApi {
  // Null before 2.1: then an answer cannot be given later.
  void (*complete_basic_auth)(const char* client_id, int result) = nullptr;
  // Null before 2.0.20: the connected (or offline) client of this id, pending ones not.
  struct mosquitto* (*client)(const char* client_id) = nullptr;

  bool can_delay() const { return complete_basic_auth != nullptr && client != nullptr; }

  static BrokerApi Look() {
    BrokerApi api;
    api.complete_basic_auth =
        reinterpret_cast<void (*)(const char*, int)>(dlsym(RTLD_DEFAULT, "mosquitto_complete_basic_auth"));
    api.client = reinterpret_cast<struct mosquitto* (*)(const char*)>(dlsym(RTLD_DEFAULT, "mosquitto_client"));
    return api;
  }
};

}  // namespace deviceauth
