// What a runtime tells people when it starts.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lasagne/log_entry.hpp"
#include "lasagne/store.hpp"
#include "runtime/registry.hpp"

namespace lasagne::detail {

// What the store holds that looks as if it had been forgotten: commands on a bus that no processor reads, as after a
// module was renamed, checkpoints past the log's end, as after an older copy of the store was put in its place, and
// messages held under an unqualified name, which adopt_unqualified() left there.
// `runs` tells whether this runtime has the processor. A store that cannot be read tells so elsewhere.
[[nodiscard]] std::vector<LogEntry> what_nobody_serves(Store& store, const Registry& registry,
                                                       const std::function<bool(const std::string&)>& runs);

}  // namespace lasagne::detail
