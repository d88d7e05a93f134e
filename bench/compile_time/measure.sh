#!/bin/sh
# measure.sh [INCLUDE-FOLDER...]: the processor time to compile domain.cpp with -O2, the best of five, for each folder
# that holds lasagne/; unset: this source tree's. Give that of another version, too: one figure says little, since
# machines differ and others use them.
here=$(dirname "$0")
[ $# -gt 0 ] || set -- "$here/../../include"
for round in 1 2 3 4 5; do
  for folder in "$@"; do
    printf '%s ' "$folder"
    /usr/bin/time -f %U "${CXX:-g++}" -std=c++23 -O2 -I"$folder" -c "$here/domain.cpp" -o /dev/null 2>&1
  done
done | awk '!($1 in best) || $2 < best[$1] { best[$1] = $2 } END { for (each in best) print each ": " best[each] " s" }'
