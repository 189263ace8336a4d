#!/usr/bin/env bash
# Installs the Debian packages that packages.txt lists under the headings given ("build", "test"). Says what it does
# and does nothing when all of them are there.
set -eu
cd "$(dirname "$0")/.."

# Names under the given headings, but not those with "(unless NAME)" whose command is there already.
wanted() {
    local heading=none name rest
    while read -r name rest; do
        case $name in
            '##') heading=$rest ;;
            '' | '#'*) ;;
            *)
                [[ " $* " == *" $heading "* ]] || continue
                [[ $rest =~ \(unless\ ([a-z]+)\) ]] && command -v "${BASH_REMATCH[1]}" >/dev/null && continue
                echo "$name"
                ;;
        esac
    done <packages.txt
}

missing=()
for package in $(wanted "$@"); do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
root=()
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "install: not root and no sudo: please install ${missing[*]}" >&2; exit 1; }
    root=(sudo)
fi
echo "install: installing ${missing[*]}"
"${root[@]}" apt-get update -q
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
