"$STROMA" kernels --isa ref
