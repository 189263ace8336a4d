# One field answers with one line, without a results directory; measures have the names of images.csv.
$STROMA capture $SAMPLE/sample12_A01_s1_w1.tif $SAMPLE/sample12_A01_s1_w2.tif --channels nuclei,dead --json
