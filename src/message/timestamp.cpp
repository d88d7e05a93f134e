#include "lasagne/timestamp.hpp"

#include <algorithm>

#include "text.hpp"

namespace lasagne {
namespace {

using std::chrono::microseconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t per_second = 1'000'000;
constexpr std::int64_t per_minute = 60 * per_second;
constexpr std::int64_t per_hour = 60 * per_minute;
constexpr std::int64_t per_day = 24 * per_hour;

constexpr std::int64_t midnight(std::chrono::year year, unsigned month, unsigned day) noexcept {
  const sys_days date{year_month_day{year, std::chrono::month{month}, std::chrono::day{day}}};
  return std::int64_t{date.time_since_epoch().count()} * per_day;
}

constexpr std::int64_t earliest = midnight(std::chrono::year{0}, 1, 1);
constexpr std::int64_t latest = midnight(std::chrono::year{10'000}, 1, 1) - 1;

void put(char* out, std::uint64_t value, int digits) noexcept {
  for (int i = digits - 1; i >= 0; --i, value /= 10) out[i] = static_cast<char>('0' + value % 10);
}

// Takes what it understands off the front of the text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) noexcept : rest_(text) {}

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

  bool take(char c) noexcept {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // Exactly so many digits, with a value from min to max.
  bool number(std::size_t digits, unsigned min, unsigned max, unsigned& value) noexcept {
    if (rest_.size() < digits) return false;
    value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (!is_digit(rest_[i])) return false;
      value = value * 10 + static_cast<unsigned>(rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return value >= min && value <= max;
  }

  // The digits after the dot, in microseconds.
  bool fraction(std::int64_t& value) noexcept {
    std::size_t digits = 0;
    std::int64_t unit = per_second / 10;
    for (; digits < rest_.size() && is_digit(rest_[digits]); ++digits, unit /= 10)
      value += (rest_[digits] - '0') * unit;
    rest_.remove_prefix(digits);
    return digits >= 1 && digits <= 9;
  }

 private:
  static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

  std::string_view rest_;
};

bool scan_offset(Scanner& in, std::int64_t& offset) noexcept {
  if (in.take('Z')) return true;
  const bool west = in.take('-');
  if (!west && !in.take('+')) return false;
  unsigned hours = 0;
  unsigned minutes = 0;
  if (!in.number(2, 0, 23, hours) || !in.take(':') || !in.number(2, 0, 59, minutes)) return false;
  offset = hours * per_hour + minutes * per_minute;
  if (west) offset = -offset;
  return true;
}

}  // namespace

std::array<char, detail::timestamp_text_size> detail::timestamp_text(Timestamp time) noexcept {
  const std::int64_t value = std::clamp(time.microseconds, earliest, latest);
  const auto day = std::chrono::floor<std::chrono::days>(microseconds{value});
  const year_month_day date{sys_days{day}};
  const auto in_day = static_cast<std::uint64_t>(value - std::int64_t{day.count()} * per_day);

  std::array<char, timestamp_text_size> text{'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 'T', '0', '0', ':',
                                             '0', '0', ':', '0', '0', '.', '0', '0', '0', '0', '0', '0', 'Z'};
  put(&text[0], static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
  put(&text[5], static_cast<unsigned>(date.month()), 2);
  put(&text[8], static_cast<unsigned>(date.day()), 2);
  put(&text[11], in_day / per_hour, 2);
  put(&text[14], in_day / per_minute % 60, 2);
  put(&text[17], in_day / per_second % 60, 2);
  put(&text[20], in_day % per_second, 6);
  return text;
}

bool detail::has_text(Timestamp time) noexcept { return time.microseconds >= earliest && time.microseconds <= latest; }

std::string Timestamp::to_string() const {
  const auto text = detail::timestamp_text(*this);
  return {text.data(), text.size()};
}

std::optional<Timestamp> Timestamp::parse(std::string_view text) noexcept {
  Scanner in{text};
  unsigned year = 0;
  unsigned month = 0;
  unsigned day = 0;
  if (!in.number(4, 0, 9999, year) || !in.take('-') || !in.number(2, 1, 12, month) || !in.take('-') ||
      !in.number(2, 1, 31, day) || !in.take('T'))
    return std::nullopt;
  const year_month_day date{std::chrono::year{static_cast<int>(year)}, std::chrono::month{month},
                            std::chrono::day{day}};
  if (!date.ok()) return std::nullopt;

  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  if (!in.number(2, 0, 23, hour) || !in.take(':') || !in.number(2, 0, 59, minute) || !in.take(':') ||
      !in.number(2, 0, 60, second))
    return std::nullopt;

  std::int64_t fraction = 0;
  if (in.take('.') && !in.fraction(fraction)) return std::nullopt;
  std::int64_t offset = 0;
  if (!scan_offset(in, offset) || !in.at_end()) return std::nullopt;

  const std::int64_t value = midnight(date.year(), month, day) + hour * per_hour + minute * per_minute +
                             second * per_second + fraction - offset;
  if (value < earliest || value > latest) return std::nullopt;
  return Timestamp{value};
}

Timestamp operator+(Timestamp time, Duration by) noexcept {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(time.microseconds, by.count(), &sum)) sum = by.count() < 0 ? earliest : latest;
  return Timestamp{std::clamp(sum, earliest, latest)};
}

Timestamp operator-(Timestamp time, Duration by) noexcept {
  std::int64_t rest = 0;
  if (__builtin_sub_overflow(time.microseconds, by.count(), &rest)) rest = by.count() < 0 ? latest : earliest;
  return Timestamp{std::clamp(rest, earliest, latest)};
}

Duration operator-(Timestamp a, Timestamp b) noexcept {
  std::int64_t difference = 0;
  const bool past = __builtin_sub_overflow(a.microseconds, b.microseconds, &difference);
  if (past) return a < b ? Duration::min() : Duration::max();
  return Duration{difference};
}

}  // namespace lasagne
