printf 'Well,Concentration\nA1,"0,5"\n' > sheet.csv
"$STROMA" run "$SAMPLE" -o out --channels nuclei,dead --samples sheet.csv
