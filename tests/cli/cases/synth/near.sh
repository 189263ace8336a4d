"$STROMA" synth fluoresence -o out
