"""Are the error bars true, and are they tight? Random scenarios of the whole language, each certified and held against an oracle of its own."""

from ._main import main as main, show as show
