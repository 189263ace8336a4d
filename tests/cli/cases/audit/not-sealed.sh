mkdir out
"$STROMA" audit out --json
