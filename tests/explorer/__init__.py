"""The live page: sessions without a web, the wire, the guard, and a real browser."""
