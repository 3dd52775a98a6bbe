#!/bin/sh
# Checks and times bundles of `pleat export --target cuda` on the GPU of this machine, and prints one JSON object. Needs NVIDIA's driver and a C++
# compiler; where python3 has PyTorch, the same block in eager PyTorch and under torch.compile, the peak of cuBLAS and the rate of copies come beside it.
# Arguments: folders of bundles. $CXX and $PYTHON name another compiler or python.
set -eu
here=$(cd "${0%/*}" && pwd -P)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
printf '{"date": "%s", "bundles": [' "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
separator=
for bundle in "$@"; do
    "${CXX:-c++}" -O2 -std=c++17 -o "$work/runner" "$bundle/runner.cpp" -ldl
    printf '%s' "$separator"
    status=0
    "$work/runner" "$bundle" > "$work/report" || status=$?
    if [ -s "$work/report" ]; then
        cat "$work/report"
    else
        printf '{"model": "%s", "ok": false, "exit": %d}\n' "${bundle##*/}" "$status"
    fi
    [ "$status" = 0 ] || failed=1
    separator=', '
done
printf '], "torch": '
"${PYTHON:-python3}" "$here/torch_peer.py" || printf 'null\n'
printf '}\n'
exit $failed
