"$STROMA" run "$SAMPLE" -q -o out --channels nuclei,dead --no-overlays --no-labels --no-html --samples "$SAMPLE/../samples.csv" || exit
printf 'Batch,Profile\nMSC-07,release7\nMSC-09,release7\n' > claims.csv
printf 'Profile,Quantity,Min,Max,Source\nrelease7,Viability,80,,specification 7\nrelease7,Debris,,50,specification 7\n' > profiles.csv
"$STROMA" verify out --claims claims.csv --profiles profiles.csv -o checked > /dev/null
cut -d, -f2,6,9-11,19 checked/verify.csv
hash=$(sha256sum profiles.csv | cut -c1-64)
grep -c "$hash" checked/verify.html checked/verify.json
"$STROMA" verify out --claims claims.csv
printf 'Profile,Quantity,Min\nrelease8,Viability,80\n' > profiles.csv
"$STROMA" verify out --claims claims.csv --profiles profiles.csv
