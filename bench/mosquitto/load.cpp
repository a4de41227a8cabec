// Publishes to a broker, and receives, with as little work a message as can be, so that the broker is what everything waits
// for; load.ts builds, starts and commands it. It knows no MQTT beyond where a packet has its id: what it is to send comes
// encoded from a directory, and all messages are of one length, so that what arrives is counted in bytes. No more messages
// are under way than the window, so that the broker drops none; and the kernel wakes it only once a batch has come.
//
//   load DIRECTORY PORT QOS LENGTH WINDOW
//
// DIRECTORY: {publisher,subscriber}.connect, subscriber.subscribe, messages; with TLS also ca.pem and {publisher,subscriber}
// {.pem,.key}. Then each line `N` on standard input publishes N messages, and is answered with the nanoseconds from the
// first one's leaving to the last one's arrival (with QoS 1: to the last acknowledgement as well).
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr int kPatienceMs = 60'000;
// Behind the header (3), the topic's length (2) and the topic (40).
constexpr std::size_t kIdAt = 45;

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Connection {
 public:
  Connection(const std::string& directory, const std::string& name, int port) {
    socket_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) throw std::runtime_error("no broker");
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::string certificate = directory + "/" + name + ".pem";
    if (access(certificate.c_str(), R_OK) == 0) Encrypt(directory, certificate, directory + "/" + name + ".key");
    fcntl(socket_, F_SETFL, O_NONBLOCK);
  }

  void Write(const char* data, std::size_t size) {
    while (size > 0) {
      const auto wrote = ssl_ == nullptr ? write(socket_, data, size) : SSL_write(ssl_, data, static_cast<int>(size));
      if (wrote > 0) {
        data += wrote;
        size -= static_cast<std::size_t>(wrote);
      } else {
        MustWait(static_cast<int>(wrote));
        Wait(POLLOUT);
      }
    }
  }

  // What has come, if anything.
  std::size_t Read(char* data, std::size_t size) {
    const auto got = ssl_ == nullptr ? read(socket_, data, size) : SSL_read(ssl_, data, static_cast<int>(size));
    if (got > 0) return static_cast<std::size_t>(got);
    if (got == 0) throw std::runtime_error("the broker closed a connection");
    MustWait(static_cast<int>(got));
    return 0;
  }

  void ReadExactly(char* data, std::size_t size) {
    while (size > 0) {
      const std::size_t got = Read(data, size);
      if (got == 0) Wait(POLLIN);
      data += got;
      size -= got;
    }
  }

  // Not to be woken before so many bytes have come; all that came before have been read.
  void WakeAt(std::size_t bytes) {
    const int least = static_cast<int>(std::max<std::size_t>(bytes, 1));
    if (least == wake_at_) return;
    wake_at_ = least;
    setsockopt(socket_, SOL_SOCKET, SO_RCVLOWAT, &least, sizeof least);
  }

  pollfd Poll() const { return {socket_, POLLIN, 0}; }

 private:
  void Encrypt(const std::string& directory, const std::string& certificate, const std::string& key) {
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // Many records with one read.
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_default_read_buffer_len(context, 256 * 1024);
    const bool loaded = SSL_CTX_load_verify_locations(context, (directory + "/ca.pem").c_str(), nullptr) == 1 &&
                        SSL_CTX_use_certificate_file(context, certificate.c_str(), SSL_FILETYPE_PEM) == 1 &&
                        SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) == 1;
    if (!loaded) throw std::runtime_error("the certificates cannot be used");
    ssl_ = SSL_new(context);
    SSL_set_fd(ssl_, socket_);
    if (SSL_connect(ssl_) != 1) throw std::runtime_error("no TLS with the broker");
  }

  void MustWait(int result) const {
    const int error = ssl_ == nullptr ? SSL_ERROR_SYSCALL : SSL_get_error(ssl_, result);
    const bool later = ssl_ == nullptr ? errno == EAGAIN : error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
    if (!later) throw std::runtime_error("a connection broke");
  }

  void Wait(short events) const {
    pollfd entry{socket_, events, 0};
    if (poll(&entry, 1, kPatienceMs) <= 0) throw std::runtime_error("the broker says nothing");
  }

  int socket_;
  SSL* ssl_ = nullptr;
  int wake_at_ = 1;
};

class Load {
 public:
  Load(const std::string& directory, int port, int qos, std::size_t length, std::size_t window)
      : subscriber_(directory, "subscriber", port),
        publisher_(directory, "publisher", port),
        qos_(qos),
        length_(length),
        window_(window),
        messages_(Contents(directory + "/messages")),
        buffer_(1024 * 1024) {
    Say(&subscriber_, directory + "/subscriber.connect", 4);
    Say(&subscriber_, directory + "/subscriber.subscribe", 5);
    Say(&publisher_, directory + "/publisher.connect", 4);
  }

  std::int64_t Run(std::uint64_t count) {
    const auto begin = std::chrono::steady_clock::now();
    target_ += count;
    while (Over() < target_) {
      Publish();
      Sleep();
      Receive();
      if (qos_ == 1) ReceiveAcknowledgements();
    }
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - begin).count();
  }

 private:
  static void Say(Connection* connection, const std::string& file, std::size_t answer_size) {
    const std::string packet = Contents(file);
    char answer[8];
    connection->Write(packet.data(), packet.size());
    connection->ReadExactly(answer, answer_size);
    // A refusal, of the connection or of the subscription.
    if (answer[answer_size - 1] & ~1) throw std::runtime_error("refused: " + file);
  }

  std::uint64_t Over() const { return qos_ == 0 ? received_ : std::min(received_, acknowledged_); }

  void Publish() {
    const std::uint64_t count = messages_.size() / length_;
    std::uint64_t left = std::min(window_ - (sent_ - Over()), target_ - sent_);
    while (left > 0) {
      const std::uint64_t from = sent_ % count;
      const std::uint64_t some = std::min(left, count - from);
      publisher_.Write(messages_.data() + from * length_, some * length_);
      sent_ += some;
      left -= some;
    }
  }

  // Until a quarter of the window has come. Of the last record a part may be in OpenSSL's hands.
  void Sleep() {
    const std::uint64_t batch = window_ / 4;
    const auto bytes = [batch](std::uint64_t missing, std::uint64_t each) {
      const std::uint64_t some = std::min(batch, missing);
      return some > 2 ? (some - 2) * each : 1;
    };
    subscriber_.WakeAt(bytes(sent_ - received_, length_));
    pollfd entries[2] = {subscriber_.Poll(), publisher_.Poll()};
    nfds_t watched = 1;
    if (qos_ == 1) {
      publisher_.WakeAt(bytes(sent_ - acknowledged_, 4));
      watched = 2;
    }
    if (received_ == sent_) entries[0].fd = -1;
    if (acknowledged_ == sent_) entries[1].fd = -1;
    if (poll(entries, watched, kPatienceMs) <= 0) throw std::runtime_error("messages are missing");
  }

  void Receive() {
    while (const std::size_t got = subscriber_.Read(buffer_.data() + kept_, buffer_.size() - kept_)) {
      const std::size_t size = kept_ + got;
      const std::size_t whole = size / length_;
      for (std::size_t i = 0; i < whole; i++) {
        if (buffer_[i * length_] != messages_[0]) throw std::runtime_error("a packet of another kind came");
      }
      if (qos_ == 1) Acknowledge(whole);
      received_ += whole;
      kept_ = size - whole * length_;
      std::memmove(buffer_.data(), buffer_.data() + whole * length_, kept_);
    }
    if (!answers_.empty()) subscriber_.Write(answers_.data(), answers_.size());
    answers_.clear();
  }

  void Acknowledge(std::size_t whole) {
    for (std::size_t i = 0; i < whole; i++) {
      const char* id = &buffer_[i * length_ + kIdAt];
      answers_.insert(answers_.end(), {0x40, 2, id[0], id[1]});
    }
  }

  void ReceiveAcknowledgements() {
    char data[4096];
    while (const std::size_t got = publisher_.Read(data, sizeof data)) acknowledgement_bytes_ += got;
    acknowledged_ = acknowledgement_bytes_ / 4;
  }

  Connection subscriber_;
  Connection publisher_;
  const int qos_;
  const std::size_t length_;
  const std::uint64_t window_;
  const std::string messages_;
  std::vector<char> buffer_;
  // The beginning of a packet whose end is still to come.
  std::size_t kept_ = 0;
  std::string answers_;
  std::uint64_t sent_ = 0;
  std::uint64_t target_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t acknowledgement_bytes_ = 0;
  std::uint64_t acknowledged_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 6) return 64;
  try {
    Load load(arguments[1], std::atoi(arguments[2]), std::atoi(arguments[3]), std::strtoull(arguments[4], nullptr, 10),
              std::strtoull(arguments[5], nullptr, 10));
    std::cout << "ready" << std::endl;
    for (std::uint64_t messages; std::cin >> messages;) std::cout << load.Run(messages) << std::endl;
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "load: " << error.what() << std::endl;
    return 1;
  }
}
