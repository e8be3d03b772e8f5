"""Values that the parts of a page are drawn from; the drawing is in templates/web/parts."""
