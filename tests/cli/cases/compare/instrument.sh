"$STROMA" run "$SAMPLE" -q -o out --channels nuclei,dead --no-overlays --no-labels || exit
"$STROMA" compare out "$SAMPLE/../vicell.csv" --depth 100 -o agreed > table || exit
head -n 2 table
grep -c '12 pairs' table
cut -d, -f1 agreed/compare.csv
grep -c '<svg' agreed/compare.html
"$STROMA" compare out out/wells.csv
"$STROMA" compare out nowhere
"$STROMA" compare out
