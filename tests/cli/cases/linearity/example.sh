"$STROMA" linearity "$SAMPLE/../../linearity/counts.csv" -o out || exit
ls out
head -n 12 out/linearity.csv
wc -l < out/linearity.csv
"$STROMA" linearity "$SAMPLE/../../linearity/counts.csv" --json | cmp - out/linearity.json
"$STROMA" linearity "$SAMPLE/../../linearity/counts.csv" -o again > /dev/null
cmp out/linearity.html again/linearity.html
grep -c '<svg' out/linearity.html
grep -c '<script' out/linearity.html || true
