"$STROMA" run "$SAMPLE/../../phase3/images" -q -o out --assay adherent --set segment.method=classical || exit
cut -d, -f1-9 out/wells.csv
head -n 1 out/objects.csv | tr , '\n' | grep Shape_ | grep -v AreaShape
cut -d, -f7 out/objects.csv | sort -u
ls out/labels out/overlays | head -n 3
