"$STROMA" run "$SAMPLE" -q -o out --channels nuclei,dead --no-overlays --no-labels --samples "$SAMPLE/../samples.csv" || exit
"$STROMA" keygen key --name "Jane Doe" >/dev/null || exit
printf 'Batch,Viability\nMSC-07,85\n' > claims.csv
cp out/report.html measured.html
"$STROMA" verify out --claims claims.csv | head -n 2 || exit
# ten nuclei of well A02 that were called live
set --
for n in $(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
    $at["Metadata_Well"] == "A02" && $at["Metadata_Site"] == 1 && $at["Class"] == "live" && $at["Counted"] == 1 && n++ < 10 {
        print $at["ObjectNumber"] }' out/objects.csv); do
    set -- "$@" --object "well=A02,site=1,object=$n"
done
"$STROMA" override out "$@" --class dead --reason "second stain" --key key >/dev/null || exit
"$STROMA" verify out --claims claims.csv -o checked | head -n 2
cut -d, -f2,19,40,41,45 checked/verify.csv
grep -c '10 objects overridden' checked/verify.html
grep -c '"override_entry": 2' checked/verify.json
cmp out/report.html measured.html && echo "the report is as measured"
"$STROMA" compare out --by Batch --first MSC-07 --second MSC-09 | head -n 2
"$STROMA" override out --revert 2 --reason "wrong plate" --key key >/dev/null || exit
"$STROMA" verify out --claims claims.csv | head -n 2
sed -i '2s/sample12/sample13/' out/overrides/0003/wells.csv
"$STROMA" verify out --claims claims.csv
