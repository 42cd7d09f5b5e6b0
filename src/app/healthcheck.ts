/** The image's HEALTHCHECK: exit code 0 when `/health` answers 200 within three seconds. */
const port = Deno.env.get("PORT") || "8080";
try {
  const response = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(3000) });
  await response.body?.cancel();
  Deno.exit(response.ok ? 0 : 1);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
