#!/bin/sh
# Times windowed attention against the same attention from all pairs, most of them masked, in turns and on the same inputs: a JSON object for
# each number of atoms, 32 rows and 128 keys to a window, 4 heads of 32 channels, a bias for each pair of a window; with gradients against all
# pairs at 2500 only, where those fit into memory. Then windows of growing width at 2048 atoms, to find the density from which all pairs are
# faster. Arguments: options of `pleat bench`, such as --threads 1.
set -eu
here=$(cd "${0%/*}" && pwd -P)
windowed=sparse.windows:WindowedAttention
masked=sparse.windows:MaskedAttention
separator='{"atoms": ['
for n in 2500 5000 10000; do
    printf '%s{"n": %s, "forward": ' "$separator" "$n"
    "$here/../pleat" bench $windowed $masked --no-windows --size n=$n,windows=$(((n + 31) / 32)) --repeat 5 --json "$@"
    printf ', "gradients": '
    rivals=$windowed
    [ $n -gt 2500 ] || rivals="$windowed $masked"
    "$here/../pleat" bench $rivals --no-windows --gradients --size n=$n,windows=$(((n + 31) / 32)) --repeat 5 --json "$@"
    printf '}'
    separator=', '
done
printf '], "widths": '
separator='['
for keys in 512 1024 1536 1792 2048 2304; do
    printf '%s{"keys": %s, "forward": ' "$separator" "$keys"
    "$here/../pleat" bench $windowed $masked --no-windows --size n=2048,windows=64,keys=$keys --repeat 9 --json "$@"
    printf '}'
    separator=', '
done
printf ']}\n'
