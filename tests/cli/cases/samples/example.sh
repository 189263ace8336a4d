"$STROMA" run "$SAMPLE" -q -o out --channels nuclei,dead --no-overlays --no-labels --samples "$SAMPLE/../samples.csv" || exit
head -n 1 out/wells.csv | cut -d, -f1-15
grep -c MSC-08 out/wells.csv
grep -c MSC-08 out/images.csv
grep -c '"metadata":\["MSC-07","D-17","adipose","4"' out/report.html
grep '"columns"' out/run.json
grep -c '"path": ".*samples.csv"' out/run.json
