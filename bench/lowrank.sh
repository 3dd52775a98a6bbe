#!/bin/sh
# Times softmax attention and its low-rank and kernel approximations in turns, and compares their outputs: a JSON object for each number of
# positions, with the errors on inputs of independent numbers, and on smooth ones. Arguments: numbers of positions; 512 to 8192 unless given.
set -eu
here=$(cd "${0%/*}" && pwd -P)
models=
for name in Softmax Elu Relu RandomFeatures LowRankElu LowRankRelu LowRankRandomFeatures; do
    models="$models $here/lowrank.pleat:$name"
done
[ $# -gt 0 ] || set -- 512 1024 2048 4096 8192
separator='['
for n; do
    printf '%s{"n": %s, "times": ' "$separator" "$n"
    "$here/../pleat" bench $models --size n="$n" --repeat 5 --json
    printf ', "smooth": '
    "$here/../pleat" bench $models --size n="$n" --set smoothed=true --repeat 1 --json
    printf '}'
    separator=','
done
printf ']\n'
