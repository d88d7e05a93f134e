#include "output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "commands.hpp"
#include "lasagne/json.hpp"
#include "lasagne/type_name.hpp"

namespace cli {

namespace {

bool coloured() {
  static const bool yes = ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  return yes;
}

std::string_view code_of(Colour colour) {
  switch (colour) {
    case Colour::none:
      return "0";
    case Colour::bold:
      return "1";
    case Colour::dim:
      return "2";
    case Colour::red:
      return "31";
    case Colour::green:
      return "32";
    case Colour::yellow:
      return "33";
    case Colour::blue:
      return "34";
    case Colour::magenta:
      return "35";
  }
  return "0";
}

[[noreturn]] void end_output() {
  const int code = errno;
  if (code == EPIPE) std::_Exit(0);  // not std::exit, which would flush again
  fmt::print(stderr, "lasagne: cannot write the output: {}\n", std::strerror(code));
  std::_Exit(Exit::failed);
}

}  // namespace

std::string paint(Colour colour, std::string_view text) {
  if (!coloured() || colour == Colour::none) return std::string(text);
  return fmt::format("\033[{}m{}\033[0m", code_of(colour), text);
}

void print_line(const std::string& line) {
  if (std::fwrite(line.data(), 1, line.size(), stdout) != line.size() || std::fputc('\n', stdout) == EOF) end_output();
}

void flush_output() {
  if (std::fflush(stdout) != 0) end_output();
}

std::string json_of(const lasagne::Message& message) {
  return fmt::format(R"({{"position":{},"stream":{},"revision":{},"kind":"{}","type":{},"id":"{}",)"
                     R"("recorded_at":"{}","data":{},"metadata":{}}})",
                     message.position, json_string(message.stream), message.revision,
                     message.kind == lasagne::MessageKind::event ? "event" : "command", json_string(message.type),
                     message.id.to_string(), message.recorded_at.to_string(), terminal::json_line(message.data),
                     terminal::json_line(lasagne::metadata_to_json(message.metadata)));
}

void TypeNames::see(std::string_view type) {
  const auto last = lasagne::last_part(type);
  if (last == type) return;  // from before names were qualified: it may be any of them
  seen_[std::string(last)].emplace(type);
}

std::string_view TypeNames::shown(std::string_view type) const {
  const auto found = seen_.find(lasagne::last_part(type));
  return found != seen_.end() && found->second.size() > 1 ? type : lasagne::last_part(type);
}

std::string line_of(const lasagne::Message& message, const TypeNames& names) {
  const bool event = message.kind == lasagne::MessageKind::event;
  return fmt::format("{:>8}  {}  {} {}  {}", message.position, paint(Colour::dim, message.recorded_at.to_string()),
                     paint(event ? Colour::yellow : Colour::blue, printable(names.shown(message.type))),
                     paint(Colour::dim, fmt::format("{}@{}", printable(message.stream), message.revision)),
                     printable(message.data));
}

}  // namespace cli
