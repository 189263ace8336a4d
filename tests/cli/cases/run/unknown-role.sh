"$STROMA" run "$SAMPLE" -o out --channels nuclei,ded
