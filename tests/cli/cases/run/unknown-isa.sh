"$STROMA" run "$SAMPLE" -o out --isa mmx
