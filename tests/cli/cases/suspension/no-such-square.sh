"$STROMA" run "$SAMPLE/../../trypan2/images" -q -o out --assay suspension --set cells.chamber=thoma --set cells.squares=corner
