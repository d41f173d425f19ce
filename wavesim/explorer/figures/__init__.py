"""What the page shows: cards, pictures, live studies, exports."""
