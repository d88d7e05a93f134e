// How many seeds the tests run: about a minute of them in all, and fewer where a sanitizer slows them down.
#pragma once

#include <cstdint>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LASAGNE_TEST_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LASAGNE_TEST_SANITIZED
#endif

namespace simulator_test {

#ifdef LASAGNE_TEST_SANITIZED
inline constexpr std::uint64_t slower = 25;
#else
inline constexpr std::uint64_t slower = 1;
#endif

}  // namespace simulator_test
