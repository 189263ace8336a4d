"$STROMA" run "$SAMPLE/../../trypan2/images" -o out --assay suspension --set live_dead.edge_rule=corner
