cat > sheet.csv <<'END'
Plate,Well,Batch,Donor
sample12,A1,B1,"Smith, Anna"
sample12,A2,B1,D-2
sample12,H12,B1,D-2
other,A1,B2,D-2
END
"$STROMA" run "$SAMPLE" -o out --channels nuclei,dead --no-overlays --no-labels --samples sheet.csv
