// The first line names the program, each further line is an argument.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <vector>

#include "fuzz/programs/programs.hpp"
#include "fuzz/targets.hpp"
#include "lasagne/testing/simulator.hpp"

namespace lasagne {
Result<std::unique_ptr<Store>> refuse_store(std::string_view url, const OpenOptions&) {
  return fail(ErrorCode::unavailable, std::string(url) + " is not opened here");
}
}  // namespace lasagne

namespace lasagne::testing {
SeedsResult refuse_seeds(const std::function<Scenario(std::uint64_t)>&, std::uint64_t first, std::uint64_t last,
                         const SimulatorOptions&, const std::function<void(std::uint64_t)>&) {
  throw std::runtime_error("seeds " + std::to_string(first) + " to " + std::to_string(last) + " are not run here");
}
}  // namespace lasagne::testing

namespace examples {
std::unique_ptr<lasagne::Store> refuse_writing(const std::string& url) {
  throw std::runtime_error(url + " is not opened here");
}
std::unique_ptr<lasagne::Store> refuse_reading(const std::string& url) { return refuse_writing(url); }
}  // namespace examples

namespace fuzz {

namespace {

// Nothing that is printed is seen.
class Silence {
 public:
  Silence() : nowhere_(::open("/dev/null", O_WRONLY | O_CLOEXEC)) {
    flush();
    for (int file : files) {
      kept_.at(static_cast<std::size_t>(file - 1)) = ::dup(file);
      ::dup2(nowhere_, file);
    }
  }
  ~Silence() {
    flush();
    for (int file : files) {
      ::dup2(kept_.at(static_cast<std::size_t>(file - 1)), file);
      ::close(kept_.at(static_cast<std::size_t>(file - 1)));
    }
    ::close(nowhere_);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  static constexpr std::array files{STDOUT_FILENO, STDERR_FILENO};
  static void flush() {
    std::cout.flush();
    std::fflush(nullptr);
  }
  int nowhere_;
  std::array<int, 2> kept_{};
};

}  // namespace

void command_line(std::string_view bytes) {
  std::vector<std::string> words(1);
  for (const char byte : bytes) {
    if (byte == '\n')
      words.emplace_back();
    else if (byte != '\0')
      words.back() += byte;
  }
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const Silence silence;
  const auto argc = static_cast<int>(words.size());
  int code = 0;
  if (words[0] == "hotel")
    code = hotel_main(argc, argv.data());
  else if (words[0] == "lasagne")
    code = lasagne_main(argc, argv.data());
  else if (words[0] == "simulate")
    code = simulate_main(argc, argv.data());
  else
    code = shop_main(argc, argv.data());
  // Done (--help), a wrong command line, or a store that does not open.
  must(code == 0 || code == 1 || code == 2 || code == 64, "an odd exit code: " + std::to_string(code));
}

}  // namespace fuzz
