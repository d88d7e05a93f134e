#include "http_message.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/url/src.hpp>  // the library itself: Boost.URL is used by this source only
#include <charconv>
#include <cstdint>
#include <ctime>

namespace examples::http {

namespace {

namespace urls = boost::urls;

std::string lower(std::string_view text) {
  std::string result(text);
  for (auto& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

std::optional<Authority> authority_of(const urls::authority_view& view) {
  if (view.has_userinfo() || view.encoded_host().empty()) return std::nullopt;
  // Boost takes [v1.x] for an address of some future kind.
  if (view.host_type() == urls::host_type::ipvfuture) return std::nullopt;
  Authority authority{lower(view.host_address()), std::string(view.port())};
  const auto& port = authority.port;
  std::uint16_t number = 0;
  const auto parsed = std::from_chars(port.data(), port.data() + port.size(), number);
  if (!port.empty() && (parsed.ec != std::errc{} || number == 0)) return std::nullopt;
  return authority;
}

std::string_view default_port(std::string_view scheme) { return scheme == "https" ? "443" : "80"; }

Target target_of(const urls::url_view& view) {
  Target target;
  for (const auto& segment : view.segments()) target.segments.emplace_back(segment.begin(), segment.end());
  for (const auto& parameter : view.params()) target.query.emplace(parameter.key, parameter.value);
  return target;
}

bool is_tag_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x21 || (byte >= 0x23 && byte != 0x7f);
}

void skip_space(std::string_view& text) { text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size())); }

std::optional<EntityTag> take_tag(std::string_view& text) {
  EntityTag tag;
  tag.weak = text.starts_with("W/");
  if (tag.weak) text.remove_prefix(2);
  if (!text.starts_with('"')) return std::nullopt;
  const auto end = text.find('"', 1);
  if (end == std::string_view::npos) return std::nullopt;
  tag.opaque = text.substr(1, end - 1);
  text.remove_prefix(end + 1);
  if (!std::ranges::all_of(tag.opaque, is_tag_character)) return std::nullopt;
  return tag;
}

bool match(const EntityTags& tags, std::optional<lasagne::Revision> revision, bool weakly) {
  if (!revision) return false;
  const auto current = std::to_string(*revision);
  return tags.any || std::ranges::any_of(
                         tags.tags, [&](const auto& tag) { return (weakly || !tag.weak) && tag.opaque == current; });
}

}  // namespace

std::optional<Authority> Authority::parse(std::string_view text) {
  const auto view = urls::parse_authority(text);
  return view ? authority_of(*view) : std::nullopt;
}

bool Authority::is_loopback() const {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  return error ? host == "localhost" : address.is_loopback();
}

std::expected<Target, std::string> Target::parse(std::string_view text) {
  if (text == "*") return Target{{"*"}, {}};
  if (text.starts_with('/')) {
    // A path may begin with "//", which the parser would take for an authority.
    const auto view = urls::parse_origin_form(text);
    if (!view) return std::unexpected("the target is not a path with an optional query: " + view.error().message());
    return target_of(*view);
  }
  const auto view = urls::parse_absolute_uri(text);
  if (!view) return std::unexpected("the target is neither a path nor an absolute URI: " + view.error().message());
  if (lower(view->scheme()) != "http" || !view->has_authority()) {
    return std::unexpected("an absolute target must be http://HOST/PATH");
  }
  auto target = target_of(*view);
  target.authority = authority_of(view->authority());
  if (!target.authority) return std::unexpected("the host in the target is not valid");
  return target;
}

std::string Target::path() const {
  std::string path;
  for (const auto& segment : segments) path += "/" + segment;
  return path.empty() ? "/" : path;
}

bool is_foreign(std::string_view origin, const Authority& host) {
  const auto view = urls::parse_uri(origin);
  if (!view || !view->has_authority()) return true;  // "null" too
  const auto scheme = lower(view->scheme());
  const auto from = authority_of(view->authority());
  if (!from || (scheme != "http" && scheme != "https")) return true;
  const auto port_of = [&](const Authority& of) { return of.port.empty() ? default_port(scheme) : of.port; };
  return from->host != host.host || port_of(*from) != port_of(host);
}

std::string http_date(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  // Not %a and %b, which follow the locale.
  char text[40];
  const auto length = std::strftime(text, sizeof text, ", %d     %Y %H:%M:%S GMT", &parts);
  std::string date = days[parts.tm_wday] + std::string(text, length);
  return date.replace(8, 3, months[parts.tm_mon]);
}

std::optional<EntityTags> EntityTags::parse(std::string_view text) {
  EntityTags all;
  skip_space(text);
  if (text.starts_with('*')) {
    text.remove_prefix(1);
    skip_space(text);
    all.any = true;
    return text.empty() ? std::optional(all) : std::nullopt;
  }
  while (!text.empty()) {
    skip_space(text);
    if (!text.empty() && text.front() != ',') {
      auto tag = take_tag(text);
      if (!tag) return std::nullopt;
      all.tags.push_back(*std::move(tag));
      skip_space(text);
      if (!text.empty() && text.front() != ',') return std::nullopt;
    }
    if (!text.empty()) text.remove_prefix(1);
  }
  return all.tags.empty() ? std::nullopt : std::optional(all);
}

bool EntityTags::match_strongly(std::optional<lasagne::Revision> revision) const {
  return match(*this, revision, false);
}
bool EntityTags::match_weakly(std::optional<lasagne::Revision> revision) const { return match(*this, revision, true); }

bool Preconditions::met_by(std::optional<lasagne::Revision> revision) const {
  return (!if_match || if_match->match_strongly(revision)) &&
         (!if_none_match || !if_none_match->match_weakly(revision));
}

}  // namespace examples::http
