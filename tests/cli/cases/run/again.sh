# A run into the folder of an earlier one takes away what that one wrote and nothing else.
mkdir one two
cp $SAMPLE/sample12_A01_s?_w?.tif one
cp $SAMPLE/sample12_A01_s1_w?.tif two
$STROMA run one -o out -q --channels nuclei,dead --no-html
echo mine > out/labels/mine.txt
echo changed >> out/overlays/sample12_A01_s2_w1.png
ls out/labels out/overlays
$STROMA run two -o out -q --channels nuclei,dead --no-html
ls out/labels out/overlays
$STROMA run one -o out -q --channels nuclei,dead --no-html --no-overlays
ls out/labels out/overlays
