"$STROMA" run "$SAMPLE" -o out --channels nuclei,dead --quiet --no-html --no-pdf || exit
sed -i '4s/,ok,/,ko,/' out/wells.csv
rm out/overlays/sample12_A01_s1_w1.png
touch out/extra.txt
"$STROMA" audit out
