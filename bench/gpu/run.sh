#!/bin/sh
# Checks and times bundles of `pleat export --target cuda` on the GPU of this machine, and prints one JSON object. Needs NVIDIA's driver and a C++
# compiler; where python3 has PyTorch, the same blocks in eager PyTorch and under torch.compile, the peak of cuBLAS and the rate of copies come beside it.
# Ends with 1 if a bundle did not pass, with 74 if there is no GPU.
# Arguments: folders of bundles. $CXX and $PYTHON name another compiler or python.
set -eu
here=$(cd "${0%/*}" && pwd -P)
if [ $# = 0 ]; then
    echo "usage: bench/gpu/run.sh BUNDLE..." >&2
    exit 2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
build() { "${CXX:-c++}" -O2 -std=c++17 -o "$work/runner" "$1/runner.cpp" -ldl; }
build "$1"
device=$("$work/runner" --probe) || exit $?
failed=0
printf '{"date": "%s", "device": "%s", "bundles": [' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$device"
separator=
for bundle in "$@"; do
    build "$bundle"
    printf '%s{"bundle": "%s", "report": ' "$separator" "${bundle##*/}"
    status=0
    "$work/runner" "$bundle" > "$work/report" || status=$?
    if [ -s "$work/report" ]; then
        cat "$work/report"
    else
        printf '{"ok": false, "exit": %d}' "$status"
    fi
    printf '}'
    [ "$status" = 0 ] || failed=1
    separator=', '
done
printf '], "torch": '
"${PYTHON:-python3}" "$here/torch_peer.py" || printf 'null\n'
printf '}\n'
exit $failed
