# Nuclei beside phase contrast: a cell for each, N/C ratio, label images; without them nothing of that
"$STROMA" synth phase -o made -s nuclei=yes -s width=320 -s height=320 -s confluence_percent=40 -s seed=4 > /dev/null || exit
"$STROMA" run made/images -q -o both --assay adherent || exit
ls both/labels
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
    NR > 1 { print ($at["Count_Cells"] >= $at["Count_Nucleated"]), ($at["Count_Nucleated"] > 15),
                   ($at["Median_Cells_NucleusToCell"] > 0.1), ($at["Median_Cells_NucleusToCell"] < 0.4),
                   ($at["Median_Nuclei_AreaShape_Solidity"] > 0.9) }' both/wells.csv
grep -c 'nuclei in yellow' both/report.html
"$STROMA" run made/images -q -o levels --assay adherent --no-overlays --set nuclei.method=classical --set segment.method=classical || exit
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } NR > 1 { print ($at["Count_Nucleated"] > 15) }' levels/wells.csv
mkdir alone && mv made/images/*_w1.tif alone
"$STROMA" run alone -q -o cells --assay adherent --no-overlays || exit
ls cells/labels
head -n 1 cells/objects.csv | tr , '\n' | grep -c 'Nuclei_\|NucleusTo'
grep -c '\[nuclei\]' cells/run.json
true
