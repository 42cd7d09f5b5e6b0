import { assert, assertEquals } from "@std/assert";
import { createHmac } from "node:crypto";
import { DeferredError } from "../../src/platform/errors.ts";
import { verifySignature } from "../../src/platform/webhook_signature.ts";
import type { Attempt, Outcome } from "../../src/workers/port.ts";
import { type Answer, startSite } from "../fakes/site.ts";
import { PoolHarness } from "./pool_harness.ts";

const SECRET = "webhook secret of the tests";
const DATA = { task_id: "scrape_x_1.000-a", type: "scrape", status: "completed" };

interface Received {
  method: string;
  path: string;
  headers: Headers;
  body: string;
}

/** A receiver that keeps what it is told. */
function receiver(pages: Record<string, Answer>) {
  const received: Received[] = [];
  const kept = Object.entries(pages).map(([path, answer]) => [path, async (request: Request) => {
    received.push({ method: request.method, path, headers: request.headers, body: await request.text() });
    return typeof answer === "function"
      ? await answer(request)
      : new Response((answer as Response).clone().body, answer as Response);
  }]);
  return { site: startSite(Object.fromEntries(kept)), received };
}

function startPool(allowPrivateHosts: string[]): Promise<PoolHarness> {
  const ports = [80, 443];
  const sandbox = {
    userAgent: "TestBot/1",
    heapMb: 128,
    rssMb: 512,
    cpuMs: 5000,
    maxUses: 100,
    ports,
    allowPrivateHosts,
  };
  return PoolHarness.start({
    init: {
      testEndpoints: true,
      resultMaxBytes: 65_536,
      sandbox,
      scrape: {
        userAgent: "TestBot/1",
        timeoutMs: 20_000,
        maxBytes: 2_000_000,
        maxRedirects: 5,
        ports,
        allowPrivateHosts,
        hostConcurrency: 4,
        hostDelayMs: 0,
        robotsMaxAgeS: 60,
      },
      webhookSecret: SECRET,
      warmSandbox: false,
    },
  });
}

function deliver(h: PoolHarness, url: string, options: Partial<Attempt> = {}): Promise<Outcome> {
  return h.runOne("webhook", { url, event: "task.completed", data: DATA }, options);
}

/** Code, retryable and the wait asked for of an attempt that failed. */
function failureOf(outcome: Outcome) {
  assert(outcome.kind === "failed", JSON.stringify(outcome));
  const { code, retryable, retry_after_s } = outcome.error;
  return [code, retryable, retry_after_s];
}

Deno.test("a webhook is one signed POST that says what happened, whatever robots.txt says", async () => {
  const { site, received } = receiver({
    "/hook": new Response(null, { status: 204 }),
    "/robots.txt": new Response("User-agent: *\nDisallow: /\n"),
  });
  await using _site = site;
  await using h = await startPool([site.host]);
  const beganMs = Date.now();
  const outcome = await deliver(h, `${site.url}/hook?x=1`, { taskId: "webhook_abc", attempt: 3 });
  assert(outcome.kind === "completed", JSON.stringify(outcome));
  const result = JSON.parse(outcome.resultJson);
  assertEquals(Object.keys(result), ["status_code", "duration_ms"]);
  assertEquals(result.status_code, 204);
  assert(result.duration_ms >= 0 && result.duration_ms <= Date.now() - beganMs);

  assertEquals(received.map(({ path }) => path), ["/hook"]);
  const { method, headers, body } = received[0]!;
  assertEquals(method, "POST");
  const named = ["content-type", "user-agent", "tutti-event", "tutti-delivery"].map((name) =>
    headers.get(name)
  );
  assertEquals(named, ["application/json", "TestBot/1", "task.completed", "webhook_abc"]);

  const told = JSON.parse(body);
  assertEquals(Object.keys(told), ["event", "delivery_id", "attempt", "sent_at", "data"]);
  assertEquals([told.event, told.delivery_id, told.attempt, told.data], [
    "task.completed",
    "webhook_abc",
    3,
    DATA,
  ]);
  const sentMs = Date.parse(told.sent_at);
  assert(sentMs >= beganMs && sentMs <= Date.now(), told.sent_at);

  const signature = headers.get("tutti-signature")!;
  const timeS = Math.floor(sentMs / 1000);
  const hex = createHmac("sha256", SECRET).update(`${timeS}.${body}`).digest("hex");
  assertEquals(signature, `t=${timeS},v1=${hex}`);
  assert(await verifySignature(body, signature, SECRET));
  assertEquals(await verifySignature(body, signature, `${SECRET}.`), false);
  assertEquals(h.memory.held.size, 0);
});

Deno.test("a receiver that answers 500 is told again, with the next attempt's number, until it answers 200", async () => {
  const answers = [new Response("no", { status: 500, headers: { "retry-after": "7" } }), new Response("ok")];
  const { site, received } = receiver({ "/hook": () => answers.shift()! });
  await using _site = site;
  await using h = await startPool([site.host]);
  const taskId = "webhook_again";
  assertEquals(failureOf(await deliver(h, `${site.url}/hook`, { taskId })), ["http_5xx", true, 7]);
  h.outcomes.delete(taskId); // the queue's next attempt, as the harness has no queue
  const second = await deliver(h, `${site.url}/hook`, { taskId, attempt: 2 });
  assertEquals(second.kind, "completed");
  const told = received.map(({ body }) => JSON.parse(body)).map((b) => [b.delivery_id, b.attempt]);
  assertEquals(told, [[taskId, 1], [taskId, 2]]);
});

Deno.test("a final no ends a webhook, a passing one does not, and a redirect is no delivery", async () => {
  const statuses = [400, 401, 404, 410, 408, 409, 425, 429, 503];
  const pages: Record<string, Answer> = Object.fromEntries(
    statuses.map((
      status,
    ) => [`/${status}`, () => new Response("no", { status, headers: { "retry-after": "9" } })]),
  );
  const { site, received } = receiver({
    ...pages,
    "/moved": () => new Response(null, { status: 307, headers: { location: "/hook" } }),
    "/other": () => new Response(null, { status: 302, headers: { location: "http://127.0.0.1:1/" } }),
    "/hook": () => new Response("ok"),
  });
  await using _site = site;
  await using h = await startPool([site.host]);
  const final: [number, unknown[]][] = [400, 401, 404, 410].map((s) => [s, ["http_4xx", false, undefined]]);
  const passing: [number, unknown[]][] = [408, 409, 425, 429].map((s) => [s, ["http_4xx", true, 9]]);
  for (
    const [status, expected] of [...final, ...passing, [503, ["http_5xx", true, 9]] as [number, unknown[]]]
  ) {
    assertEquals([status, failureOf(await deliver(h, `${site.url}/${status}`))], [status, expected]);
  }
  for (const path of ["/moved", "/other"]) {
    assertEquals(failureOf(await deliver(h, site.url + path)), ["redirect_loop", true, undefined]);
  }
  assertEquals(received.length, statuses.length + 2);
  assertEquals(site.hits.get("/hook"), undefined);
});

Deno.test("what a receiver answers beside its status is nobody's concern", async () => {
  const { site } = receiver({
    "/large": () => new Response("x".repeat(3_000_000)),
    "/odd": () => new Response("x", { headers: { "content-encoding": "zstd" } }),
    // Never ends: the delivery would wait for its time limit.
    "/endless": () => new Response(new ReadableStream({ start: (c) => c.enqueue(new Uint8Array(1)) })),
  });
  await using h = await startPool([site.host]);
  try {
    for (const path of ["/large", "/odd", "/endless"]) {
      assertEquals([path, (await deliver(h, site.url + path)).kind], [path, "completed"]);
    }
  } finally {
    await site[Symbol.asyncDispose]();
  }
});

Deno.test("a webhook reaches no private address that is not excepted: no connection is made", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let connections = 0;
  const accepting = (async () => {
    for await (const connection of listener) {
      connections++;
      connection.close();
    }
  })();
  const { port } = listener.addr as Deno.NetAddr;
  {
    await using h = await startPool([]);
    for (const host of ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "0.0.0.0"]) {
      assertEquals([host, ...failureOf(await deliver(h, `http://${host}:${port}/`))], [
        host,
        "blocked_address",
        false,
        undefined,
      ]);
    }
    // The listener is what an attempt with the exception would have reached.
    await using allowed = await startPool([`127.0.0.1:${port}`]);
    assertEquals(failureOf(await deliver(allowed, `http://127.0.0.1:${port}/`)).slice(0, 2), [
      "connect",
      true,
    ]);
  }
  assertEquals(connections, 1);
  listener.close();
  await accepting;
});

Deno.test("a host without a turn puts a webhook off, and an input that is none is refused", async () => {
  await using h = await startPool([]);
  const { services } = h.memory;
  services.hostAcquire = () => Promise.reject(new DeferredError(Date.now() + 60_000, "no turn"));
  const outcome = await deliver(h, "http://example.com/hook");
  assert(outcome.kind === "deferred", JSON.stringify(outcome));
  const good = { url: "http://example.com/hook", event: "task.failed", data: {} };
  for (
    const bad of [
      { ...good, url: "ftp://example.com/" },
      { ...good, event: "a\r\nb: c" },
      { ...good, data: 1 },
      { ...good, secret: "x" },
    ]
  ) {
    assertEquals(failureOf(await h.runOne("webhook", bad)), ["invalid_input", false, undefined]);
  }
});
