#!/bin/sh
# Seconds that a search takes, all of it, by devices and by blocks: one JSON list on stdout. Usage: bench/planner.sh [DEVICES...]
set -eu
cd "$(dirname "$0")/.."
devices=${*:-2 4 8 64 512 2048}
row() {
    ./pleat plan evoformer-stack --blocks "$2" --size s=128,r=256 --train --dtype f16 --machine a100-40g --devices "$1" --memory 40GB --json \
        | tr -d '\n' | sed "s/^{/{ \"devices\" : $1, \"blocks\" : $2, /"
}
separator='['
for n in $devices; do
    printf '%s\n' "$separator"
    row "$n" 48
    separator=','
done
for blocks in 4 480; do
    printf ',\n'
    row 4 "$blocks"
done
printf '\n]\n'
