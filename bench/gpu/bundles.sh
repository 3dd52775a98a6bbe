#!/bin/sh
# Writes the bundles that bench/gpu/run.sh checks and times, into the folder that is named: small ones with sums of what every kernel writes, and the
# Evoformer block and the Pairformer layer at their real sizes. Needs Pleat and no GPU; the large ones take minutes each.
# Arguments: FOLDER [sm_80|sm_89|sm_90]
set -eu
here=$(cd "${0%/*}" && pwd -P)
folder=$1
arch=${2:-sm_80}
bundle() {
    name=$1
    shift
    "$here/../../pleat" export "$@" --arch "$arch" -o "$folder/$name"
}
bundle small-evoformer evoformer-block --size s=5,r=9 --expect emulator
bundle small-evoformer-gradients evoformer-block --size s=5,r=9 --gradients --expect emulator
bundle small-pairformer pairformer-layer --size n=9 --expect emulator
bundle evoformer-128x256 evoformer-block --size s=128,r=256 --dtype bf16
bundle evoformer-512x384 evoformer-block --size s=512,r=384 --dtype bf16
for n in 256 512 1024; do
    bundle "pairformer-$n" pairformer-layer --size "n=$n" --dtype bf16
done
