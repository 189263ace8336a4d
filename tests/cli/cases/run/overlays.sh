# Full overlays: larger files than the default, the same bytes for any number of threads, nothing else changes.
$STROMA synth fluorescence -o plate -s rows=1 -s cols=2 -s width=1300 -s height=1210 > /dev/null 2>&1 || exit
$STROMA run plate/images -o small -q --no-html --no-pdf
$STROMA run plate/images -o full -q --no-html --no-pdf --overlays full -t 1
$STROMA run plate/images -o again -q --no-html --no-pdf --overlays full -t 3
cmp small/wells.csv full/wells.csv && diff -r full/overlays again/overlays && echo same
for f in small full; do for p in $f/overlays/*; do od -An -tu1 -j16 -N8 $p; done | sort -u; done
$STROMA run plate/images -o full -q --overlays large
