# Why a well is missing: what looks like it was read otherwise, or left out.
mkdir in
cp $SAMPLE/sample12_A01_s*_w?.tif $SAMPLE/sample12_A02_s*_w?.tif in
cp $SAMPLE/sample12_B03_s1_w1.tif "in/copy of B03.tif"
$STROMA inspect in --well B03 --channels nuclei,dead
echo exit $?
$STROMA inspect in --well D7 --channels nuclei,dead
