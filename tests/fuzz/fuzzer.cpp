// The program that libFuzzer drives; the environment's LASAGNE_FUZZ_TARGET names the target.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "fuzz/targets.hpp"

namespace {

fuzz::Target chosen() {
  const char* name = std::getenv("LASAGNE_FUZZ_TARGET");
  for (const auto& [each, target] : fuzz::targets())
    if (name != nullptr && each == name) return target;
  std::fprintf(stderr, "LASAGNE_FUZZ_TARGET must be one of");
  for (const auto& [each, target] : fuzz::targets()) std::fprintf(stderr, " %s", each.data());
  std::fprintf(stderr, "\n");
  std::exit(2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto target = chosen();
  target({reinterpret_cast<const char*>(data), size});
  return 0;
}
