"$STROMA" run "$SAMPLE" -o out --channels nuclei,dead --quiet --no-html --no-overlays --no-labels || exit
"$STROMA" keygen key --name "Jane Doe" >/dev/null || exit
try() { "$STROMA" override out --key key --reason why "$@"; echo $?; }
try --object well=B03,object=1 --class live
try --object well=B03,site=1,object=9999 --class live
try --object well=B03,site=1,object=1 --class alive
try --object well=B03,spot=1,object=1 --class live
try --object well=B03,site=1 --class live
try --object well=B03,site=1,object=1
try --revert 1
sed -i '2s/ok/ko/' out/wells.csv
try --object well=B03,site=1,object=1 --class live
ls out
