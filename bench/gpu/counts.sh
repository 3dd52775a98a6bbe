#!/bin/sh
# What each kernel of the shipped models asks of shared and of global memory at sizes that people run, over the least possible: passes through shared
# memory (wavefronts), 32-byte sectors, and how many of those are asked for with 16 bytes a lane. The emulator runs the first block of each kernel and counts
# as if the others did the same. Prints a table of kernels and one of families for each model, and ends with 1 if a family of one takes more than
# WAVEFRONTS (1.05) or SECTORS (1.10) times the least, naming it.
# Usage: bench/gpu/counts.sh [FOLDER]; FOLDER gets a JSON file for each model. PLEAT names another launcher, MODELS a file of other arguments of
# `pleat profile`, a line each, BLOCKS the number of blocks, ARCH the target.
set -u
here=$(cd "${0%/*}" && pwd -P)
pleat=${PLEAT:-$here/../../pleat}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
folder=${1:-$work}
mkdir -p "$folder"
failed=0

models() {
    if [ -n "${MODELS:-}" ]; then
        cat "$MODELS"
        return
    fi
    sed -n 's/^counts[^ ]* *//p' "$here/models.txt"
}

number=0
models > "$work/models"
while read -r words; do
    number=$((number + 1))
    echo "$words"
    "$pleat" profile $words --arch "${ARCH:-sm_80}" --emulate --first-blocks "${BLOCKS:-1}" --at-most "${WAVEFRONTS:-1.05},${SECTORS:-1.10}" \
        --report "$folder/$number.json" < /dev/null > "$work/said" 2> "$work/error"
    status=$?
    cat "$work/said"
    if [ "$status" != 0 ]; then
        grep -v '^warning' "$work/error"
        failed=1
    fi
done < "$work/models"
exit $failed
