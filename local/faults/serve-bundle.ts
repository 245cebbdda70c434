// Serves the bundle that its argument names in a process of its own: events come and answers go as messages.

const { handler } = (await import(process.argv[2]!)) as { handler: (event: unknown) => Promise<void> };

const answer = (error: string | null): void => {
  // Who asked may have ended meanwhile.
  if (process.connected) process.send!({ error });
};

process.on("message", (event) => {
  handler(event).then(
    () => answer(null),
    (error: unknown) => answer(error instanceof Error ? error.message : String(error)),
  );
});
process.on("disconnect", () => process.exit());
