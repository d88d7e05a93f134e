// Checks a whole store, and brings one of an older format up to date.
#include "lasagne/verify.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <string_view>

#include "commands.hpp"
#include "output.hpp"

namespace cli {

namespace {

// One line on standard error that is written again and again, where a person looks at it.
class ProgressLine {
 public:
  void show(const lasagne::Progress& progress) {
    if (!terminal_ || progress.total == 0) return;
    const auto percent = static_cast<int>(progress.done * 100 / progress.total);
    if (percent == shown_) return;
    shown_ = percent;
    fmt::print(stderr, "\r{}: {} %", progress.doing, percent);
    std::fflush(stderr);
  }
  void end() {
    if (shown_ >= 0) fmt::print(stderr, "\r\033[K");
    shown_ = -1;
  }

 private:
  const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  int shown_ = -1;
};

std::string_view plural(std::uint64_t count) { return count == 1 ? "" : "s"; }

void print_report(const lasagne::VerifyReport& report) {
  for (const auto& finding : report.findings) print_line(printable(finding.what));
  if (report.findings.empty()) {
    print_line(fmt::format("sound: {} message{} in {} stream{}, up to position {}", report.messages,
                           plural(report.messages), report.streams, plural(report.streams), report.last_position));
    return;
  }
  if (report.cut) print_line("There are more findings than these.");
  print_line(
      "Something other than Lasagne changed the store, or it is damaged. Stop the programs that use it, keep its files "
      "as they are, and restore a backup.");
}

void print_json(const lasagne::VerifyReport& report) {
  std::string findings;
  for (const auto& finding : report.findings) {
    findings += fmt::format(R"({}{{"position":{},"what":{}}})", findings.empty() ? "" : ",",
                            finding.position ? std::to_string(*finding.position) : "null", json_string(finding.what));
  }
  print_line(fmt::format(R"({{"sound":{},"messages":{},"streams":{},"last_position":{},"cut":{},"findings":[{}]}})",
                         report.findings.empty(), report.messages, report.streams, report.last_position, report.cut,
                         findings));
}

}  // namespace

int verify(const std::string& url, const VerifyCommand& command) {
  ProgressLine line;
  lasagne::VerifyOptions options;
  options.most_findings = command.most_findings;
  options.progress = [&](const lasagne::Progress& progress) { line.show(progress); };
  const auto report = lasagne::verify_store(url, options);
  line.end();
  if (!report) return complain(report.error());
  command.json ? print_json(*report) : print_report(*report);
  flush_output();
  return report->findings.empty() ? Exit::ok : Exit::violated;
}

int convert(const std::string& url) {
  ProgressLine line;
  bool converted = false;
  lasagne::OpenOptions options;
  options.create = false;
  options.progress = [&](const lasagne::Progress& progress) {
    converted = true;
    line.show(progress);
  };
  const auto store = lasagne::open_store(url, options);
  line.end();
  if (!store) return complain(store.error());
  print_line(converted ? "converted" : "nothing to do: the store has the newest format");
  flush_output();
  return Exit::ok;
}

}  // namespace cli
