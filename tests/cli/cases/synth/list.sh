"$STROMA" synth
