// Text as bytes, eight or sixteen at a time. Little-endian in effect on every machine, so that the first byte of a text
// is the lowest of its word. Nothing here reads beyond what it is given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__) && !defined(DEVICEAUTH_PORTABLE)
#define DEVICEAUTH_SSE2 1
#include <emmintrin.h>
#endif

namespace deviceauth {

inline std::uint64_t LoadWord(const char* at) noexcept {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

inline void StoreWord(std::uint64_t word, char* at) noexcept {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  std::memcpy(at, &word, sizeof word);
}

// The first `count` bytes of a word, for 0 to 8.
inline constexpr std::uint64_t kFirstBytes[9] = {
    0,
    0xff,
    0xffff,
    0xffffff,
    0xffffffff,
    0xffffffffff,
    0xffffffffffff,
    0xffffffffffffff,
    0xffffffffffffffff,
};

// At most eight bytes as a word, zeros behind them.
inline std::uint64_t LoadUpTo8(std::string_view text) noexcept {
  char padded[8] = {};
  if (!text.empty()) std::memcpy(padded, text.data(), text.size() < 8 ? text.size() : 8);
  return LoadWord(padded);
}

inline constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15;

// Of at least sixteen bytes. Differences of texts of one size show in its first bits.
[[gnu::always_inline]] inline std::uint64_t HashLong(const char* text, std::size_t size) noexcept {
  const auto mix = [](std::uint64_t hash, std::uint64_t word) { return (hash ^ word) * kMultiplier; };
  const char* const last = text + size - 16;
  std::uint64_t hash = mix(mix(size, LoadWord(last)), LoadWord(last + 8));
  for (; text < last; text += 16) hash = mix(mix(hash, LoadWord(text)), LoadWord(text + 8));
  return hash;
}

// Of any text.
[[gnu::always_inline]] inline std::uint64_t Hash(std::string_view text) noexcept {
  if (text.size() >= 16) return HashLong(text.data(), text.size());
  const std::uint64_t first = LoadUpTo8(text);
  return ((first ^ text.size()) * kMultiplier ^ (text.size() > 8 ? LoadUpTo8(text.substr(8)) : 0)) * kMultiplier;
}

// Sixteen bytes; masks have bit i for byte i.
class Block {
 public:
  static Block Load(const char* at) noexcept {
    Block block;
#ifdef DEVICEAUTH_SSE2
    block.bytes_ = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
#else
    block.low_ = LoadWord(at);
    block.high_ = LoadWord(at + 8);
#endif
    return block;
  }

  // Of fewer than sixteen bytes, zeros behind them.
  static Block LoadFewer(const char* at, std::size_t size) noexcept {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    if (size >= 8) {
      low = LoadWord(at);
      // Shifted out: what the first word has already. Exactly eight bytes leave nothing.
      if (size > 8) high = LoadWord(at + size - 8) >> (8 * (16 - size));
    } else {
      for (std::size_t i = 0; i < size; i++) {
        low |= static_cast<std::uint64_t>(static_cast<unsigned char>(at[i])) << (8 * i);
      }
    }
    Block block;
#ifdef DEVICEAUTH_SSE2
    block.bytes_ = _mm_set_epi64x(static_cast<long long>(high), static_cast<long long>(low));
#else
    block.low_ = low;
    block.high_ = high;
#endif
    return block;
  }

  void Store(char* at) const noexcept {
#ifdef DEVICEAUTH_SSE2
    _mm_storeu_si128(reinterpret_cast<__m128i*>(at), bytes_);
#else
    StoreWord(low_, at);
    StoreWord(high_, at + 8);
#endif
  }

  std::uint32_t Equal(char wanted) const noexcept {
#ifdef DEVICEAUTH_SSE2
    return Mask(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8(wanted)));
#else
    const std::uint64_t all = kOnes * static_cast<unsigned char>(wanted);
    return Mask(Zeros(low_ ^ all)) | Mask(Zeros(high_ ^ all)) << 8;
#endif
  }

  std::uint32_t Same(const Block& other) const noexcept {
#ifdef DEVICEAUTH_SSE2
    return Mask(_mm_cmpeq_epi8(bytes_, other.bytes_));
#else
    return Mask(Zeros(low_ ^ other.low_)) | Mask(Zeros(high_ ^ other.high_)) << 8;
#endif
  }

  std::uint32_t Either(char first, char second) const noexcept {
#ifdef DEVICEAUTH_SSE2
    return Mask(
        _mm_or_si128(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8(first)), _mm_cmpeq_epi8(bytes_, _mm_set1_epi8(second))));
#else
    return Equal(first) | Equal(second);
#endif
  }

  // Not U+0020 to U+007E.
  std::uint32_t Odd() const noexcept {
#ifdef DEVICEAUTH_SSE2
    // One more, as signed bytes: U+007F and what is beyond become negative, 0xff becomes zero.
    return Mask(_mm_cmplt_epi8(_mm_add_epi8(bytes_, _mm_set1_epi8(1)), _mm_set1_epi8(0x21)));
#else
    return Mask(OddBytes(low_)) | Mask(OddBytes(high_)) << 8;
#endif
  }

 private:
#ifdef DEVICEAUTH_SSE2
  static std::uint32_t Mask(__m128i bytes) noexcept { return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes)); }

  __m128i bytes_;
#else
  static constexpr std::uint64_t kOnes = 0x0101010101010101;
  static constexpr std::uint64_t kHighs = 0x8080808080808080;

  static std::uint64_t Zeros(std::uint64_t word) noexcept { return ~(((word & ~kHighs) + ~kHighs) | word | ~kHighs); }
  // The high bit of each byte, exactly: no byte carries into the next.
  static std::uint64_t OddBytes(std::uint64_t word) noexcept {
    const std::uint64_t printable = (word & ~kHighs) + kOnes * 0x60;
    return (~printable & kHighs) | (word & kHighs) | Zeros(word ^ ~kHighs);
  }
  static std::uint32_t Mask(std::uint64_t highs) noexcept {
    return static_cast<std::uint32_t>(((highs >> 7) * 0x0102040810204080) >> 56);
  }

  std::uint64_t low_;
  std::uint64_t high_;
#endif
};

// Equal texts of one size, of at least sixteen bytes.
[[gnu::always_inline]] inline bool EqualLong(const char* a, const char* b, std::size_t size) noexcept {
  const std::size_t last = size - 16;
  std::uint32_t same = Block::Load(a + last).Same(Block::Load(b + last));
  for (std::size_t i = 0; i < last; i += 16) same &= Block::Load(a + i).Same(Block::Load(b + i));
  return same == 0xffff;
}

// Of any size.
[[gnu::always_inline]] inline bool EqualBytes(const char* a, const char* b, std::size_t size) noexcept {
  if (size >= 16) return EqualLong(a, b, size);
  if (size >= 8) {
    return LoadWord(a) == LoadWord(b) && LoadWord(a + size - 8) == LoadWord(b + size - 8);
  }
  for (std::size_t i = 0; i < size; i++) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

// U+002C to U+007E: letters, digits and most of the punctuation.
inline bool IsFrequent(char byte) noexcept { return byte >= 0x2c && byte <= 0x7e; }

// The same of every byte of at least sixteen.
[[gnu::always_inline]] inline bool AreFrequent(const char* text, std::size_t size) noexcept {
  const char* const last = text + size - 16;
#ifdef DEVICEAUTH_SSE2
  const __m128i first = _mm_set1_epi8(0x2c);
  const auto above = [&](const char* at) {
    return _mm_sub_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)), first);
  };
  __m128i most = _mm_max_epu8(above(text), above(last));
  for (text += 16; text < last; text += 16) most = _mm_max_epu8(most, above(text));
  const __m128i beyond = _mm_subs_epu8(most, _mm_set1_epi8(0x7e - 0x2c));
  return _mm_movemask_epi8(_mm_cmpeq_epi8(beyond, _mm_setzero_si128())) == 0xffff;
#else
  constexpr std::uint64_t ones = 0x0101010101010101;
  // The high bit of each byte that is not; of a byte beyond U+007F whatever the others do.
  const auto odd = [](std::uint64_t word) { return (word + ones) | word | ~((word | 0x80 * ones) - 0x2c * ones); };
  std::uint64_t all = odd(LoadWord(last)) | odd(LoadWord(last + 8));
  for (; text < last; text += 8) all |= odd(LoadWord(text));
  return (all & 0x80 * ones) == 0;
#endif
}

// Where `wanted` first stands in [from, end), or `end`.
inline const char* FindByte(const char* from, const char* end, char wanted) noexcept {
  while (end - from >= 16) {
    const std::uint32_t mask = Block::Load(from).Equal(wanted);
    if (mask != 0) return from + __builtin_ctz(mask);
    from += 16;
  }
  while (from != end && *from != wanted) from++;
  return from;
}

}  // namespace deviceauth
