"$STROMA" run "$SAMPLE" -o out --thread 2
