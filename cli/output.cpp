#include "output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "lasagne/json.hpp"

namespace cli {

namespace {

bool coloured() {
  static const bool yes = ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  return yes;
}

std::string_view code_of(Colour colour) {
  switch (colour) {
    case Colour::none: return "0";
    case Colour::bold: return "1";
    case Colour::dim: return "2";
    case Colour::red: return "31";
    case Colour::green: return "32";
    case Colour::yellow: return "33";
    case Colour::blue: return "34";
    case Colour::magenta: return "35";
  }
  return "0";
}

}  // namespace

std::string paint(Colour colour, std::string_view text) {
  if (!coloured() || colour == Colour::none) return std::string(text);
  return fmt::format("\033[{}m{}\033[0m", code_of(colour), text);
}

void print_line(const std::string& line) {
  if (std::fwrite(line.data(), 1, line.size(), stdout) != line.size() || std::fputc('\n', stdout) == EOF) {
    std::_Exit(0);
  }
}

void flush_output() {
  if (std::fflush(stdout) != 0) std::_Exit(0);
}

std::string json_string(std::string_view text) { return lasagne::to_json(std::string(text)); }

std::string json_of(const lasagne::Message& message) {
  return fmt::format(
      R"({{"position":{},"stream":{},"revision":{},"kind":"{}","type":{},"id":"{}","recorded_at":"{}","data":{},"metadata":{}}})",
      message.position, json_string(message.stream), message.revision,
      message.kind == lasagne::MessageKind::event ? "event" : "command", json_string(message.type),
      message.id.to_string(), message.recorded_at.to_string(), message.data,
      lasagne::metadata_to_json(message.metadata));
}

std::string line_of(const lasagne::Message& message) {
  const bool event = message.kind == lasagne::MessageKind::event;
  return fmt::format("{:>8}  {}  {} {}  {}", message.position, paint(Colour::dim, message.recorded_at.to_string()),
                     paint(event ? Colour::yellow : Colour::blue, message.type),
                     paint(Colour::dim, fmt::format("{}@{}", message.stream, message.revision)), message.data);
}

}  // namespace cli
