"$STROMA" run "$SAMPLE/../../trypan2/images" -o out --assay suspension --set concentration.dilution=0
