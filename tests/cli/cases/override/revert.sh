"$STROMA" run "$SAMPLE" -o out --channels nuclei,dead --quiet --no-html --no-overlays --no-labels || exit
"$STROMA" keygen key --name "Jane Doe" >/dev/null || exit
"$STROMA" override out --object well=B03,site=1,object=1 --class ambiguous --reason "folded" --key key || exit
cut -d, -f1-7 out/overrides/0002/objects.csv
"$STROMA" override out --revert 2 --reason "dead after all" --key key || exit
cmp out/wells.csv out/overrides/0003/wells.csv && cmp out/images.csv out/overrides/0003/images.csv && echo the same
sed -i '2s/sample12/sample13/' out/overrides/0002/wells.csv
"$STROMA" audit out
