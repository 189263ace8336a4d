# Bodies beside nuclei, and alone: label images, columns, a well's classes
"$STROMA" synth fluorescence -o made -s calcein=yes -s width=512 -s height=512 -s cells=40 -s clumped_percent=0 > /dev/null || exit
"$STROMA" run made/images -q -o both --assay fluorescence --channels nuclei,dead,body || exit
ls both/labels
head -n 1 both/objects.csv | tr , '\n' | grep Cells_ | head -n 3
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
    NR > 1 { print ($at["Count_Cells"] > 20), ($at["Count_Cells"] <= $at["Count_Nuclei"]),
                   ($at["Median_Cells_NucleusToCell"] > 0.1), ($at["Viability"] > 50) }' both/wells.csv
mkdir alone && mv made/images/*_w3.tif alone
"$STROMA" run alone -q -o cells --assay fluorescence --channels body || exit
ls cells/labels
cut -d, -f7 cells/objects.csv | sort -u | head -n 2
head -n 1 cells/wells.csv | tr , '\n' | grep -c 'Viability\|Count_Nuclei'
# What a run was asked for is told from defaults, whichever stages take part
"$STROMA" run "$SAMPLE" -q -o set --channels nuclei,dead --no-overlays --set frame.edge_rule=all || exit
grep -o '"name":"[a-z_]*","stage":"[a-z]*","value":"[^"]*","fallback":"[^"]*"' set/report.html | awk -F'"' '$12 != $16 { print $4, $8, $12, $16 }'
