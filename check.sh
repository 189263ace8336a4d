#!/usr/bin/env bash
# Installs what is needed, builds stroma and runs every test. The last line is "N passed, N failed, N skipped".
set -u
cd "$(dirname "$0")" || exit 1
./tools/install.sh build test || exit 1
if [ -f tests/browser/package.json ] && [ ! -d tests/browser/node_modules ] && command -v npm >/dev/null; then
    (cd tests/browser && npm ci --no-audit --no-fund --loglevel=error) || echo "check: the browser tests will be skipped"
fi
build=build-check
if [ ! -d "$build" ]; then meson setup "$build" -Dtests=true -Dbench=true || exit 1; fi
meson setup --reconfigure "$build" -Dtests=true -Dbench=true >/dev/null || exit 1
meson compile -C "$build" || exit 1
meson test -C "$build" --print-errorlogs --no-rebuild "$@"
code=$?
log=$build/meson-logs/testlog.json
read -r passed failed skipped < <(python3 - "$log" <<'PY'
import json, sys
count = {}
for line in open(sys.argv[1], encoding="utf-8"):
    result = json.loads(line)["result"]
    count[result] = count.get(result, 0) + 1
passed = count.pop("OK", 0) + count.pop("EXPECTEDFAIL", 0)
skipped = count.pop("SKIP", 0)
print(passed, sum(count.values()), skipped)
PY
)
if [ "${skipped:-0}" != 0 ]; then
    echo "check: skipped tests say why in $build/meson-logs/testlog.txt"
fi
echo "${passed:-0} passed, ${failed:-1} failed, ${skipped:-0} skipped"
exit $code
