"$STROMA" run "$SAMPLE" -o out --channels nuclei,dead --no-html --no-overlays --no-labels --quiet --store lab.sqlite || exit
"$STROMA" history --store lab.sqlite --measure Viabilty
