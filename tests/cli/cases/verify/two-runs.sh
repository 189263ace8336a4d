"$STROMA" run "$SAMPLE" -q -o one --channels nuclei,dead --no-overlays --no-labels --no-html --samples "$SAMPLE/../samples.csv" || exit
cp -r one two
printf 'Batch,Viability\nMSC-07,80\n' > claims.csv
"$STROMA" verify one two --claims claims.csv
sed -i 's/"title": "sample12"/"title": "again"/' two/run.json
"$STROMA" verify one two --claims claims.csv > table || exit
head -n 1 table
sed -i 's/"name": "fluorescence"/"name": "adherent"/' two/run.json
"$STROMA" verify one two --claims claims.csv
