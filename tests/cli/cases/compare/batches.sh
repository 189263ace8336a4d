"$STROMA" run "$SAMPLE" -q -o out --channels nuclei,dead --no-overlays --no-labels --samples "$SAMPLE/../samples.csv" || exit
"$STROMA" compare out --by Batch --first MSC-07 --second MSC-09 -o moved > table || exit
head -n 2 table
grep -c '^MOVED Viability' table
ls moved
"$STROMA" compare out --by Batch --first MSC-07 --second MSC-09 --json | cmp - moved/compare.json
grep -c '<script' moved/compare.html || true
"$STROMA" compare out --by Batch --first MSC-7 --second MSC-09
"$STROMA" compare out --by Batch
"$STROMA" compare out --by Day
