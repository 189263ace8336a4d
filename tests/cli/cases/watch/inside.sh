mkdir in
$STROMA watch in -o in/results --once
