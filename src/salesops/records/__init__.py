"""Records: what people enter and approve, as Django models, one file a noun, and every version of each."""
