#!/bin/sh
# Solves problems of the IOPDDL benchmark (github.com/google/iopddl): a JSON list with an object for each file, without the solution itself.
# `cpu_seconds` is the time of all threads with the start of the JVM, `seconds` what the command took. The seconds that each may take come first:
# bench/iopddl.sh 120 ../shared/reference/iopddl/*.json.gz
set -eu
here=$(cd "${0%/*}" && pwd -P)
limit=$1
shift
scratch=$(mktemp)
trap 'rm -f "$scratch"' EXIT
# Seconds of processor time of all that has ended, from what `times` wrote; a shell of its own would only count for itself.
spent() {
    awk 'END { split($1 " " $2, part, /[ ms]+/); print part[1] * 60 + part[2] + part[3] * 60 + part[4] }' "$scratch"
}
separator='['
for file in "$@"; do
    times > "$scratch"
    before=$(spent)
    answer=$("$here/../pleat" solve "$file" --format iopddl --seconds "$limit" --json | sed -e '/"solution"/d' -e 's/\("seconds" : [^,]*\),/\1/')
    times > "$scratch"
    after=$(spent)
    name=${file##*/}
    printf '%s{"instance": "%s", "cpu_seconds": %s, "answer": %s}' "$separator" "${name%%.*}" "$(echo "$after $before" | awk '{ print $1 - $2 }')" "$answer"
    separator=', '
done
printf ']\n'
