# All captures of a directory share their settings; who comes with others is told which.
$STROMA capture $SAMPLE/sample12_A01_s1_w1.tif -o out --defer -q
$STROMA capture $SAMPLE/sample12_A02_s1_w1.tif -o out --defer --json --set segment.sensitivity=0.3
