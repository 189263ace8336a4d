"$STROMA" kernels --isa sse9
