#include "lasagne/retry.hpp"

#include <algorithm>
#include <cmath>

namespace lasagne {

Duration RetryPolicy::backoff(std::uint32_t failed_attempts, std::uint64_t seed) const {
  const double first = static_cast<double>(std::max(first_backoff, Duration{0}).count());
  const double longest = static_cast<double>(std::max(longest_backoff, Duration{0}).count());
  const double growth = std::pow(factor > 1.0 ? factor : 1.0, failed_attempts > 0 ? failed_attempts - 1 : 0);
  const double full = first > 0 ? std::min(first * growth, longest) : 0;  // 0 * infinity is no number
  // splitmix64: spreads consecutive seeds over the whole range.
  std::uint64_t z = seed + 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  z ^= z >> 31U;
  const double unit = static_cast<double>(z >> 11U) * 0x1.0p-53;
  const double share = jitter > 0 ? std::min(jitter, 1.0) : 0;
  const double wait = full * (1.0 - share * unit);
  if (wait >= longest) return std::max(longest_backoff, Duration{0});  // as a double it may be past the last Duration
  return Duration{static_cast<Duration::rep>(wait)};
}

}  // namespace lasagne
