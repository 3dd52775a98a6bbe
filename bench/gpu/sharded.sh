#!/bin/sh
# An Evoformer block's training step on 2 and 4 logical devices of one emulated GPU, by dynamic axial parallelism and by the automatic plan:
# outputs, all gradients and what is sent, compared with one device. Prints a line for each plan, and ends with 1 if one gave other numbers.
# Usage: bench/gpu/sharded.sh [DEVICES...]; PLEAT names another launcher.
set -u
here=$(cd "${0%/*}" && pwd -P)
pleat=${PLEAT:-$here/../../pleat}
words="EvoformerBlock --size s=8,r=12 --set c_m=32,c_z=16 --train --machine $here/../fast-links.json"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wrong=0
for n in ${*:-2 4}; do
    mkdir "$work/$n"
    "$pleat" compare $words --devices "$n" --memory 1TB --plans dap --save "$work/$n" > /dev/null || wrong=1
    "$pleat" plan $words --devices "$n" --memory 1TB -o "$work/$n/auto.plan" > /dev/null || wrong=1
    "$pleat" verify-plan "$work/$n"/*.plan --devices "$n" --emulate || wrong=1
done
exit $wrong
