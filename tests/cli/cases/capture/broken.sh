# What cannot be read is an answer with a reason, and is recorded.
head -c 3000 $SAMPLE/sample12_A01_s1_w1.tif > broken_A01_s1_w1.tif
$STROMA capture broken_A01_s1_w1.tif -o out --defer --json
