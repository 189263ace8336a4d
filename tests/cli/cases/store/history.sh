run() { "$STROMA" run "$SAMPLE" -o $1 --channels nuclei,dead --no-html --no-overlays --no-labels --quiet --store lab.sqlite --meta batch=$2 --set classify.ambiguous_factor=$3; }
run a B7 1.2 && run b B7 1.5 && run c B8 1.1 || exit
ls
"$STROMA" store a b --store lab.sqlite
"$STROMA" history --store lab.sqlite
"$STROMA" history --store lab.sqlite --batch B7 --measure Count_Dead --csv
"$STROMA" history --store lab.sqlite --until 2020
"$STROMA" history --store lab.sqlite --list | head -3
"$STROMA" audit lab.sqlite
