# The last line names the report that was made, not one that was not.
mkdir one
cp $SAMPLE/sample12_A01_s1_w?.tif one
run() { $STROMA run one -o out --channels nuclei,dead "$@" 2>&1 | tail -1; }
run
run --no-html
run --no-html --no-pdf
