# Two captures into one directory: the results are those of one run; the second is judged by a plate of two.
capture() { field=$1; shift
  $STROMA capture $SAMPLE/sample12_${field}_w1.tif $SAMPLE/sample12_${field}_w2.tif --channels nuclei,dead -o out --no-overlays "$@"; }
capture A01_s1 --json | grep -o '"recorded":"[a-z]*"\|"plate_sites":[0-9]*'
capture C04_s2 --json | grep -o '"recorded":"[a-z]*"\|"plate_sites":[0-9]*'
capture C04_s2 --json | grep -o '"recorded":"[a-z]*"\|"plate_sites":[0-9]*'
$STROMA run $SAMPLE/sample12_A01_s1_w1.tif $SAMPLE/sample12_A01_s1_w2.tif $SAMPLE/sample12_C04_s2_w1.tif \
  $SAMPLE/sample12_C04_s2_w2.tif --channels nuclei,dead -o one --no-overlays -q
for file in wells.csv images.csv objects.csv report.html; do cmp out/$file one/$file && echo $file is the same; done
capture A01_s1
