"$STROMA" run "$SAMPLE"
