"""Contents of the page: cards, pictures, live studies, exports."""
