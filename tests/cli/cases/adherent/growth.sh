# A well at four times, a day apart, twice as confluent each time; then without knowing what a time point is
for t in 1 2 3 4; do
    "$STROMA" synth phase -o made -s width=640 -s height=480 -s sites=2 -s seed=$t -s plate=p -s patchiness=0 \
        -s confluence_percent=$((5 << (t - 1))) > /dev/null || exit
    mkdir -p in/TimePoint_$t && mv made/images/* in/TimePoint_$t && rm -r made
done
growth() { awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i ~ /^Growth_(T|Conf)/) c[++n] = i }
    { for (i = 1; i <= n; i++) printf "%s%s", $c[i], i < n ? "," : "\n" }' "$1/wells.csv"; }
"$STROMA" run in -q -o out --assay adherent --no-overlays --set segment.method=classical --set growth.step_min=1440 || exit
growth out
"$STROMA" run in -q -o unknown --assay adherent --no-overlays --set segment.method=classical || exit
growth unknown
grep -o 'doubling times need growth.step_min' unknown/run.json
