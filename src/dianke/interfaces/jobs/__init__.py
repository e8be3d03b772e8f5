"""Background work: procrastinate tasks that call one use case each."""
