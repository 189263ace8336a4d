"$STROMA" synth nosuch -o out
