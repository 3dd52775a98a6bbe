#!/bin/sh
# Times the 200-step sampler with hoisting and without, in turns, and compares their outputs: a JSON list of one object for each. At a quarter
# of the published widths, which leaves the shares of the parts of a step as they are. Arguments are passed on: sizes and settings of
# `Sampler` in hoisting.pleat, as in `--set token_s=384,token_z=128,atom_s=128,c_inputs=455 --repeat 3`.
set -eu
here=$(cd "${0%/*}" && pwd -P)
exec "$here/../pleat" bench "$here/hoisting.pleat" --against-no-hoist --warm-up 0 --repeat 1 --json "$@"
