$STROMA watch nowhere -o out --once
