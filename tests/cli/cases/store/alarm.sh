# four runs that count the same, and one of another well
mkdir steady other
cp "$SAMPLE"/*_A03_s1_* steady && cp "$SAMPLE"/*_C03_s1_* other || exit
run() { "$STROMA" run $1 -o $2 --channels nuclei,dead --no-html --no-overlays --no-labels --quiet --store lab.sqlite --set classify.ambiguous_factor=$3; }
run steady a 1.21 && run steady b 1.22 && run steady c 1.23 && run steady d 1.24 && run other e 1.2 || exit
"$STROMA" history --store lab.sqlite --measure Count_Nuclei | sed 's/^[^ ]* *//'
"$STROMA" history --store lab.sqlite --measure Count_Nuclei --csv | cut -d, -f5,20
# of four values x and one y behind them: target (4 x + y) / 5, sigma |y - x| / 4 / 1.128, the first EWMA a fifth of the way
"$STROMA" history --store lab.sqlite --measure Count_Nuclei --csv | awk -F, '
    function near(a, b) { return a - b < 0.002 && b - a < 0.002 }
    NR == 2 { x = $8; target = $12; high = $14; ewma = $15 }
    NR == 6 { s = ($8 > x ? $8 - x : x - $8) / 4 / 1.1283792
              print near(target, (4 * x + $8) / 5), near(high, target + 3 * s), near(ewma, target + (x - target) / 5) }'
