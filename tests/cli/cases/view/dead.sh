"$STROMA" run "$SAMPLE" -o out --channels nuclei,dead --quiet --no-html --no-pdf --no-overlays || exit
"$STROMA" view out --select "class=dead well=C1" -o sheet.png --json | cut -c1-120
head -c 4 sheet.png | tail -c 3; echo
"$STROMA" view out --limit 5 2>/dev/null; ls view.png
"$STROMA" view out --images . --limit 5
