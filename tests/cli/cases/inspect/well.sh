# A well as a run would see it: its fields, what each file is, what is missing.
mkdir in
cp $SAMPLE/sample12_A01_s*_w?.tif $SAMPLE/sample12_B02_s*_w?.tif in
rm in/sample12_B02_s2_w1.tif
$STROMA inspect in --well b2 --channels nuclei,dead
