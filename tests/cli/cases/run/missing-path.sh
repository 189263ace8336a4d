"$STROMA" run -o out nowhere
