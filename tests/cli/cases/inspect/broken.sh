printf 'II*\0' > short.tif
printf 'not an image' > A01_w1.tif
"$STROMA" inspect short.tif A01_w1.tif
