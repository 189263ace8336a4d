# Counted is what has its middle 3 % of the side inside; the density is that count over that area, whatever the guard
run() { "$STROMA" run "$SAMPLE/../../phase3/images" -q --assay adherent --no-overlays --set segment.method=classical "$@"; }
run -o guarded || exit
run -o wide --set frame.guard_percent=20 || exit
run -o edges --set frame.edge_rule=frame || exit
for out in guarded wide edges; do
    awk -F, 'FNR == 1 { file++; split("", at); for (i = 1; i <= NF; i++) at[$i] = i; next }
        file == 1 { counted[$at["Metadata_Well"]] += $at["Count_Cells"]; area[$at["Metadata_Well"]] += $at["Counted_Area_mm2"]
                    pixels += $at["Counted_Area"] }
        file == 2 { listed += $at["Counted"] }
        file == 3 { n += $at["Count_Cells"]; d = counted[$at["Metadata_Well"]] / area[$at["Metadata_Well"]] / $at["Cells_per_mm2"] - 1
                    same += d * d < 1e-6 }
        END { print pixels / 6, same, (listed == n) }' $out/images.csv $out/objects.csv $out/wells.csv
done
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    { x = $at["Location_Center_X"] + 0.5; y = $at["Location_Center_Y"] + 0.5
      wrong += $at["Counted"] != (x >= 10 && x < 310 && y >= 10 && y < 310) } END { print wrong + 0 }' guarded/objects.csv
