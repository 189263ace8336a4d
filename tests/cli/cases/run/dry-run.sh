# What would be done: memory, outputs, the protocol in full, each file and what it is understood as.
mkdir in
cp $SAMPLE/sample12_A01_s1_w?.tif $SAMPLE/sample12_A02_s1_w1.tif in
cp $SAMPLE/sample12_A01_s1_w2.tif in/sample12_A01_s1_w3.tif
$STROMA run in --dry-run --channels nuclei,dead --no-overlays | grep '^;' | sed 's/[0-9]* MiB/N MiB/; s/[0-9]* workers\?/N workers/; s/[0-9a-f]\{64\}/HASH/'
ls
