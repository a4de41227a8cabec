// Connects devices to a broker over mutual TLS, a full handshake every time, with less work than the broker has;
// connections.ts builds, starts and commands it. What each device says comes encoded from a directory.
//
//   connect DIRECTORY PORT DEVICES THREADS
//
// DIRECTORY: ca.pem, and for each device from 0 {NUMBER}.pem, .key, .connect. Then each line `N` on standard input makes N
// connections that the broker accepts, each disconnected at once, and is answered with the nanoseconds it took and how many
// were refused and tried again. A device is one thread's, so that none is connected twice at once.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

struct Device {
  SSL_CTX* context;
  std::string connect;
};

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

Device Load(const std::string& directory, int number) {
  const std::string path = directory + "/" + std::to_string(number);
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  const bool loaded = SSL_CTX_load_verify_locations(context, (directory + "/ca.pem").c_str(), nullptr) == 1 &&
                      SSL_CTX_use_certificate_file(context, (path + ".pem").c_str(), SSL_FILETYPE_PEM) == 1 &&
                      SSL_CTX_use_PrivateKey_file(context, (path + ".key").c_str(), SSL_FILETYPE_PEM) == 1;
  if (!loaded) throw std::runtime_error("the certificates cannot be used");
  return {context, Contents(path + ".connect")};
}

int Open(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) throw std::runtime_error("no broker");
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

bool IsAccepted(const Device& device, int port) {
  static const char kDisconnect[] = {static_cast<char>(0xe0), 0};
  const int socket = Open(port);
  SSL* ssl = SSL_new(device.context);
  SSL_set_fd(ssl, socket);
  char answer[4] = {};
  bool accepted = SSL_connect(ssl) == 1 && SSL_write(ssl, device.connect.data(), static_cast<int>(device.connect.size())) > 0;
  for (int have = 0; accepted && have < 4;) {
    const int got = SSL_read(ssl, answer + have, 4 - have);
    accepted = got > 0;
    have += got;
  }
  accepted = accepted && answer[0] == 0x20 && answer[3] == 0;
  if (accepted) SSL_write(ssl, kDisconnect, sizeof kDisconnect);
  SSL_free(ssl);
  close(socket);
  return accepted;
}

void Run(const std::vector<Device>& devices, int port, unsigned threads, std::int64_t count) {
  std::atomic<std::int64_t> left{count};
  std::atomic<std::int64_t> refused{0};
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::thread> running;
  for (unsigned thread = 0; thread < threads; thread++) {
    running.emplace_back([&, thread] {
      for (std::size_t at = thread; left.fetch_sub(1) > 0; at = at + threads < devices.size() ? at + threads : thread) {
        while (!IsAccepted(devices[at], port)) refused++;
      }
    });
  }
  for (std::thread& each : running) each.join();
  const auto took = std::chrono::steady_clock::now() - begin;
  std::cout << std::chrono::duration_cast<std::chrono::nanoseconds>(took).count() << ' ' << refused << std::endl;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) return 64;
  signal(SIGPIPE, SIG_IGN);
  try {
    std::vector<Device> devices;
    for (int i = 0; i < std::atoi(arguments[3]); i++) devices.push_back(Load(arguments[1], i));
    for (std::int64_t connections; std::cin >> connections;) {
      Run(devices, std::atoi(arguments[2]), static_cast<unsigned>(std::atoi(arguments[4])), connections);
    }
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "connect: " << error.what() << std::endl;
    return 1;
  }
}
