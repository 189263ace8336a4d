"$STROMA" run "$SAMPLE" -o out --set segmnt.sensitivity=1
