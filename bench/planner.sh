#!/bin/sh
# Seconds that a search takes, by devices and by blocks: JSON on stdout. `seconds` is the whole command less the start of the JVM (what
# `pleat --version` takes): reading the model, the space of plans, the search, and printing. `search_seconds` is the search with the space of plans.
# Each is the least of three runs. Usage: bench/planner.sh [DEVICES...]
set -eu
cd "$(dirname "$0")/.."
devices=${*:-2 4 8 64 512 2048}
now() { date +%s%N; }
# The least time of three, in nanoseconds; what was printed last is in $answer.
least() {
    best=
    for _ in 1 2 3; do
        begin=$(now)
        answer=$("$@")
        took=$(($(now) - begin))
        if [ -z "$best" ] || [ "$took" -lt "$best" ]; then best=$took; fi
    done
}
./pleat --version > /dev/null
least ./pleat --version
start=$best
all=
row() {
    least ./pleat plan evoformer-stack --blocks "$2" --size s=128,r=256 --train --dtype f16 --machine a100-40g --devices "$1" --memory 40GB --json
    printf '%s { "devices": %s, "blocks": %s, ' "$separator" "$1" "$2"
    separator=,
    printf '%s' "$answer" | tr -d '\n' | sed 's/.*"estimate_ms" : \([^,]*\),.*"gap" : \([^,]*\),.*"search_seconds" : \([^,]*\),.*/"estimate_ms": \1, "gap": \2, "search_seconds": \3, /'
    awk -v n=$((best - start)) 'BEGIN { printf "\"seconds\": %.3f }\n", n / 1e9 }'
    all="$all $((best - start))"
}
separator='{ "rows": ['
for n in $devices; do row "$n" 48; done
for blocks in 4 480; do row 4 "$blocks"; done
printf '%s\n' "$all" | awk '{ least = $1; most = $1; for (i = 2; i <= NF; i++) { if ($i < least) least = $i; if ($i > most) most = $i }
    printf "], \"most_seconds\": %.3f, \"largest_over_smallest\": %.2f }\n", most / 1e9, most / least }'
