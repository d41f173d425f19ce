"""Optimal control beside design: the pulse that carries a particle from well to well, found by wavesim and by other codes on 64 levels."""
