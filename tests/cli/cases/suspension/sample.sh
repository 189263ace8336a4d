# Two wells of a counting chamber, 1:1 with trypan blue, 5 mL of sample: counts, viability, cells per mL.
"$STROMA" run "$SAMPLE/../../trypan2/images" -q -o out --assay suspension --set concentration.dilution=2 \
    --set concentration.sample_ml=5 || exit
cut -d, -f2,3,6-12 out/wells.csv
head -n 1 out/wells.csv | tr , '\n' | grep -E 'Viability|per_mL|in_Sample|Uncertainty|Chamber'
cut -d, -f7 out/objects.csv | sort -u
ls out/labels out/overlays | head -n 3
