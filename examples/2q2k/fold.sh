#!/bin/sh
# From the alignments and a template of 2Q2K to atoms: features, the whole of AlphaFold 2 with three cycles, and the differences from what OpenFold
# computes on the same inputs with the same draws. Arguments: files to write, .cif, .pdb, .png, .html or .npz; 2q2k.cif and 2q2k.html unless given.
set -eu
here=$(cd "${0%/*}" && pwd -P)
[ $# -gt 0 ] || set -- 2q2k.cif 2q2k.html
for output; do
    set -- "$@" -o "$output"
    shift
done
exec "$here/../../pleat" run AlphaFold --config "$here/model.json" --weights "$here/alphafold.npz" \
    --a3m "$here/bfd_uniclust_hits.a3m" --sto "$here/uniref90_hits.sto" --sto "$here/mgnify_hits.sto" --residues 20-69 \
    --template "$here/2q2k.cif:A" --template "$here/2q2k.cif:A:20-66=23-69" --templates 3 --clusters 12 --extra 16 \
    --draws "$here/draws.json" --reference "$here/alphafold.npz" "$@"
