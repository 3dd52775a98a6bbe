#!/bin/sh
# Writes the bundles that bench/gpu/run.sh checks and times, into the folder that is named: small ones with sums of what every kernel writes, and the
# Evoformer block and the Pairformer layer at their real sizes, in bf16 and the smaller ones in f32 too. Inputs are seeds and outputs are samples, so
# a bundle has about 2 MB. Needs Pleat and no GPU; what is expected is computed by this machine, which takes a minute or more at the largest sizes.
# Arguments: FOLDER [sm_80|sm_89|sm_90]. PLEAT names another launcher.
set -eu
here=$(cd "${0%/*}" && pwd -P)
folder=$1
arch=${2:-sm_80}
bundle() {
    name=$1
    shift
    "${PLEAT:-$here/../../pleat}" export "$@" --arch "$arch" -o "$folder/$name"
}
bundle small-evoformer evoformer-block --size s=5,r=9 --expect emulator
bundle small-evoformer-gradients evoformer-block --size s=5,r=9 --gradients --expect emulator
bundle small-pairformer pairformer-layer --size n=9 --expect emulator
for dtype in f32 bf16; do
    bundle "evoformer-128x256-$dtype" evoformer-block --size s=128,r=256 --dtype "$dtype"
    bundle "pairformer-256-$dtype" pairformer-layer --size n=256 --dtype "$dtype"
done
bundle evoformer-512x384-bf16 evoformer-block --size s=512,r=384 --dtype bf16
for n in 512 1024; do
    bundle "pairformer-$n-bf16" pairformer-layer --size "n=$n" --dtype bf16
done
du -sh "$folder"
