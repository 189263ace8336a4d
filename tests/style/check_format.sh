#!/bin/sh
# clang-format agrees with every C file (skips where it is not installed).
set -u
format=$(command -v clang-format-14 || command -v clang-format) || { echo "clang-format is not installed"; exit 77; }
cd "$(git rev-parse --show-toplevel)" || exit 1
bad=0
for file in $(git ls-files '*.c' '*.h'); do
    "$format" --dry-run -Werror "$file" 2>/dev/null || { echo "$file: clang-format would change it"; bad=$((bad + 1)); }
done
echo "$bad files to format"
[ "$bad" = 0 ]
