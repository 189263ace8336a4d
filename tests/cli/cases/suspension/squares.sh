"$STROMA" synth suspension -o made -s width=1800 -s height=1700 -s pixel_um=1.3 -s cells=300 -s cols=1 -s sites=2 -s seed=5 >made.txt || exit
"$STROMA" run made/images -q -o out --assay suspension --no-overlays --no-html --set cells.squares=corner --set concentration.dilution=2 || exit
cut -d, -f4- out/squares.csv
cut -d, -f3-6 out/sizes.csv | head -n 3
"$STROMA" audit out | head -n 1
ls out
