"$STROMA" run "$SAMPLE" -q -o out --channels nuclei,dead --no-overlays --no-labels --samples "$SAMPLE/../samples.csv" || exit
printf 'Component,Percent,Source\nClassification,8,own validation\n' > u.csv
printf 'Batch,Viability,Debris\nMSC-07,80,25\nMSC-99,80,\n' > claims.csv
"$STROMA" verify out --claims claims.csv --uncertainty u.csv --confidence 99
printf 'Component,Percent\nDept,1\n' > u.csv
"$STROMA" verify out --claims claims.csv --uncertainty u.csv
