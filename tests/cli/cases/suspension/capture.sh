# One picture answers with one line: what was counted, and how live was told from dead (1 = by the dye).
"$STROMA" capture "$SAMPLE/../../trypan2/images/trypan2_B01_s1.tif" --assay suspension --json |
    tr , '\n' | grep -E 'Count_|Viability|Cells_Judged'
