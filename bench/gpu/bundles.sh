#!/bin/sh
# Writes the bundles that bench/gpu/run.sh checks and times, into the folder that is named: small ones with sums of what every kernel writes; the
# Evoformer block and the Pairformer layer at their real sizes, in bf16 and the smaller ones in f32 too; and plain products, which cuBLAS is compared with.
# For sm_90 the blocks and products in bf16 come a second time as sm_90a, whose products go by warp groups. Inputs are seeds and outputs are samples, so a
# bundle has about 2 MB. Needs Pleat and no GPU; what is expected is computed by this machine, which takes minutes at the largest sizes.
# Arguments: FOLDER [sm_80|sm_89|sm_90]. PLEAT names another launcher.
set -eu
here=$(cd "${0%/*}" && pwd -P)
if [ $# = 0 ] || [ $# -gt 2 ]; then
    echo "usage: bench/gpu/bundles.sh FOLDER [sm_80|sm_89|sm_90]" >&2
    exit 2
fi
folder=$1
arch=${2:-sm_80}
bundle() {
    name=$1
    target=$2
    shift 2
    "${PLEAT:-$here/../../pleat}" export "$@" --arch "$target" -o "$folder/$name"
}
# All that is in bf16, for a target; the names end in the words that are given.
halves() {
    bundle "evoformer-128x256-bf16$2" "$1" evoformer-block --size s=128,r=256 --dtype bf16
    bundle "evoformer-512x384-bf16$2" "$1" evoformer-block --size s=512,r=384 --dtype bf16
    for n in 256 512 1024; do
        bundle "pairformer-$n-bf16$2" "$1" pairformer-layer --size "n=$n" --dtype bf16
    done
    for n in 2048 4096 8192; do
        bundle "product-$n-bf16$2" "$1" "$here/product.pleat:Product" --size "m=$n,n=$n,k=$n" --dtype bf16
    done
}
bundle small-evoformer "$arch" evoformer-block --size s=5,r=9 --expect emulator
bundle small-evoformer-gradients "$arch" evoformer-block --size s=5,r=9 --gradients --expect emulator
bundle small-pairformer "$arch" pairformer-layer --size n=9 --expect emulator
bundle evoformer-128x256-f32 "$arch" evoformer-block --size s=128,r=256
bundle pairformer-256-f32 "$arch" pairformer-layer --size n=256
halves "$arch" ""
[ "$arch" != sm_90 ] || halves sm_90a -sm_90a
du -sh "$folder"
