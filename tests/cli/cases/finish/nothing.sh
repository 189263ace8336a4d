mkdir out
$STROMA finish out
