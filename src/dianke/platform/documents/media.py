"""What a file is, told by its bytes: its name may lie."""

PDF = "application/pdf"
TEXT = "text/plain"
IMAGES = frozenset({"image/jpeg", "image/png", "image/webp"})

_NOT_IN_TEXT = frozenset(range(32)) - {9, 10, 12, 13}


def find_media_type(content: bytes) -> str | None:
    """Return the type of bytes that a browser shows without running anything, or None for any other."""
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    return TEXT if _is_text(content) else None


def _is_text(content: bytes) -> bool:
    if _NOT_IN_TEXT & set(content):
        return False
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True
