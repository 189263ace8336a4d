"$STROMA" synth phase -s cells=3 -o out
