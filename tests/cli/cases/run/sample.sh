"$STROMA" run "$SAMPLE" -o out --channels nuclei,dead --json || exit
ls out
head -c 60 out/wells.csv
echo
wc -l < out/wells.csv
ls out/labels | wc -l
ls out/overlays | wc -l
