"""Random problems: the first 300, of nine kinds, and those of the whole language of scenario files."""

from ._draw import KINDS as KINDS, QUESTIONS as QUESTIONS, SEED as SEED, Draw as Draw, draw as draw
from ._toml import toml as toml
