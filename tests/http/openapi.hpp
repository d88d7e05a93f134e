// What an openapi.yaml of the examples says: its operations, and the statuses of each. Reads no YAML but theirs.
#pragma once

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace http_test {

class OpenApi {
 public:
  // `system`: the folder in examples/.
  explicit OpenApi(const std::string& system) {
    std::ifstream file(std::string(LASAGNE_SOURCE_DIR) + "/examples/" + system + "/openapi.yaml");
    if (!file) throw std::runtime_error("there is no openapi.yaml of " + system);
    const std::regex path_line("  (/[^:]*):");
    const std::regex method_line("    (get|post|put|delete|patch):");
    const std::regex status_line(R"re( {8}"(\d{3})":.*)re");
    std::string path;
    std::set<int>* statuses = nullptr;
    for (std::string line; std::getline(file, line);) {
      std::smatch match;
      if (std::regex_match(line, match, path_line)) {
        path = match[1];
      } else if (std::regex_match(line, match, method_line) && !path.empty()) {
        std::string method = match[1];
        for (auto& letter : method) letter = static_cast<char>(letter - 'a' + 'A');
        statuses = &statuses_[method + " " + path];
      } else if (std::regex_match(line, match, status_line) && statuses != nullptr) {
        statuses->insert(std::stoi(match[1]));
      } else if (line == "components:") {
        break;
      }
    }
  }

  // "GET /carts/{cart_id}" of each, in order.
  [[nodiscard]] std::vector<std::string> operations() const {
    std::vector<std::string> all;
    for (const auto& [operation, statuses] : statuses_) all.push_back(operation);
    return all;
  }
  // Whether it says that this may be answered. What is there at all is for the others to say: 404 of no path, 405.
  [[nodiscard]] bool documents(const std::string& method, const std::string& target, int status) const {
    const auto path = target.substr(0, target.find('?'));
    bool known = false;
    for (const auto& [operation, statuses] : statuses_) {
      const auto pattern = operation.substr(operation.find(' ') + 1);
      const std::regex filled(std::regex_replace(pattern, std::regex(R"(\{[^}]*\})"), "[^/]+"));
      if (!std::regex_match(path, filled)) continue;
      known = true;
      if (operation.starts_with(method + " ")) return statuses.contains(status);
    }
    return status == (known ? 405 : 404);
  }

 private:
  std::map<std::string, std::set<int>> statuses_;  // by operation
};

}  // namespace http_test
