"""Operations of collection."""
