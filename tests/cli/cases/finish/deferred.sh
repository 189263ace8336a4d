for well in A01 B02 C04; do
  $STROMA capture $SAMPLE/sample12_${well}_s1_w1.tif $SAMPLE/sample12_${well}_s1_w2.tif --channels nuclei,dead -o out --defer -q
done
test -e out/wells.csv || echo nothing yet
$STROMA finish out --json
$STROMA finish out
cut -d, -f1-3 out/wells.csv
ls -A out
