import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type EventClient, eventClient, eventually, listen, mute } from "./event_client.ts";
import { EventReader } from "./event_reader.ts";

const NOTE = "x".repeat(1000);

/** `count` events of about 1.2 KB each. */
function note({ deps: { queue } }: EventClient, taskId: string, count: number, from = 0): void {
  for (let i = 1; i <= count; i++) {
    queue.end(taskId, { progress: { done: from + i, total: 1e6, message: NOTE } });
  }
}

/** Why readers were given up. */
function reasons({ deps }: EventClient): string[] {
  return deps.logged.filter(({ message }) => message === "event_stream_dropped")
    .map(({ fields }) => String(fields?.reason));
}

Deno.test("readers that do not read are dropped and cost no memory", async () => {
  const it = eventClient();
  const taskId = await it.task();
  await using server = listen(it);
  const peers: Deno.TcpConn[] = [];
  try {
    for (let i = 0; i < 20; i++) {
      peers.push(await mute(server.port, i % 2 === 0 ? "/api/events" : `/api/tasks/${taskId}/events`));
    }
    await eventually(() => it.log.followers === peers.length);
    const before = Deno.memoryUsage().rss;
    let sent = 0;
    for (; it.log.followers > 0; sent += 25) {
      assert(sent < 50_000, "they are not dropped");
      note(it, taskId, 25, sent);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    for (let more = 0; more < 20_000; more += 500) note(it, taskId, 500, sent + more); // as much again and more
    const grown = (Deno.memoryUsage().rss - before) / 2 ** 20;
    assertEquals(
      it.deps.logged.filter(({ message }) => message === "event_stream_dropped").length,
      peers.length,
    );
    assert(grown < 150, `${grown} MB for ${sent} events`);
  } finally {
    for (const peer of peers) peer.close();
  }
});

Deno.test("a reader is dropped once more than the buffer waits for it, and not before", async () => {
  const it = eventClient({ bufferBytes: 10_000 });
  const taskId = await it.task();
  for (const path of [`/api/tasks/${taskId}/events`, "/api/events"]) {
    await using reader = await it.follow(path);
    await reader.next();
    note(it, taskId, 8);
    assertEquals(it.log.followers, 1);
    await reader.until(({ data }) => data.progress?.done === 8); // it has read: the count begins anew
    note(it, taskId, 8);
    assertEquals(it.log.followers, 1);
    note(it, taskId, 1);
    assertEquals(it.log.followers, 0);
    assertEquals((await reader.until()).filter(({ data }) => data.status === "completed"), []);
    assertStringIncludes(reasons(it).pop()!, "wait for a client that does not read");
  }
});

Deno.test("what waits in the ring for one who comes back does not count as unread", async () => {
  const it = eventClient({ bufferBytes: 2000 });
  const taskId = await it.task();
  note(it, taskId, 1000);
  await using reader = await it.follow(`/api/tasks/${taskId}/events`, { lastId: it.log.idOf(0) });
  for (let done = 1; done <= 1000; done++) assertEquals((await reader.next())?.data.progress?.done, done);
  it.deps.queue.end(taskId, { status: "completed" });
  assertEquals((await reader.until()).length, 1);
});

Deno.test("a reader whose next events have fallen out of the ring is dropped: it would miss them", async () => {
  const it = eventClient({ bufferBytes: 1e9 }, { maxEvents: 100 });
  const taskId = await it.task();
  await using reader = await it.follow(`/api/tasks/${taskId}/events`);
  await reader.next();
  note(it, taskId, 90);
  note(it, taskId, 90, 90);
  assert((await reader.until()).length < 90);
  assertStringIncludes(reasons(it).pop()!, "fallen out of the ring");
  assertEquals(it.log.followers, 0);
});

Deno.test("a quiet reader is not dropped for what comes for others", async () => {
  const it = eventClient({ bufferBytes: 2000 }, { maxEvents: 10 });
  const [mine, other] = [await it.task(), await it.task()];
  await using reader = await it.follow(`/api/tasks/${mine}/events`);
  await reader.next();
  const next = reader.next();
  note(it, mine, 1);
  await next;
  note(it, other, 50);
  it.deps.queue.end(mine, { status: "completed" });
  assertEquals((await reader.until()).map(({ data }) => data.status), ["completed"]);
});

Deno.test("comments come while nothing happens", async () => {
  const it = eventClient({ heartbeatMs: 5 });
  await using reader = await it.follow(`/api/tasks/${await it.task()}/events`);
  await reader.next();
  for (let i = 0; i < 3; i++) await reader.comment();
});

Deno.test("an end that no event told is found with a heartbeat", async () => {
  const it = eventClient({ heartbeatMs: 20 });
  const { batchId, taskIds } = await it.batch(1);
  await using task = await it.follow(`/api/tasks/${taskIds[0]}/events`);
  await using batch = await it.follow(`/api/batches/${batchId}/events`);
  for (const reader of [task, batch]) assertEquals((await reader.next())?.data.status, "queued");
  it.deps.queue.tasks.get(taskIds[0]!)!.status = "completed";
  for (const reader of [task, batch]) {
    assertEquals((await reader.until()).map(({ event, data }) => `${event} ${data.status}`), [
      "status completed",
    ]);
  }
  for (const [path, { lastId }] of [[`tasks/${taskIds[0]}`, task], [`batches/${batchId}`, batch]] as const) {
    assertEquals((await it.ask(`/api/${path}/events`, { lastId })).status, 204);
  }
});

Deno.test("a final state that nobody takes is given up", async () => {
  const it = eventClient({ heartbeatMs: 5 });
  const taskId = await it.task();
  it.deps.queue.end(taskId, { status: "completed" });
  const response = await it.ask(`/api/tasks/${taskId}/events`); // its body is not read
  await eventually(() => it.log.followers === 0);
  assertEquals([await response.text(), reasons(it)], ["", ["the client takes nothing"]]);
});

Deno.test("the client's going ends its stream, over a socket and by its signal", async () => {
  const it = eventClient();
  const taskId = await it.task();
  await using server = listen(it);
  const paths = [
    `/api/tasks/${taskId}/events`,
    `/api/batches/${(await it.batch(1)).batchId}/events`,
    "/api/events",
  ];
  for (const path of paths) {
    const leaving = new AbortController();
    await using reader = new EventReader(
      await fetch(`http://127.0.0.1:${server.port}${path}`, { signal: leaving.signal }),
    );
    await reader.next();
    assertEquals(it.log.followers, 1, path);
    leaving.abort();
    await eventually(() => it.log.followers === 0);

    const gone = new AbortController();
    await using inProcess = await it.follow(path, { signal: gone.signal });
    await inProcess.next();
    gone.abort();
    assertEquals([it.log.followers, await inProcess.next()], [0, undefined], path);
  }
});

Deno.test("a stop ends all streams, and the listener's shutdown does not wait for them", async () => {
  const it = eventClient();
  const taskId = await it.task();
  await using server = listen(it);
  const paths = [
    `/api/tasks/${taskId}/events`,
    `/api/batches/${(await it.batch(1)).batchId}/events`,
    "/api/events",
  ];
  const readers: EventReader[] = [];
  for (const path of paths) {
    readers.push(new EventReader(await fetch(`http://127.0.0.1:${server.port}${path}`)));
    await readers.at(-1)!.next();
  }
  using silent = await mute(server.port, "/api/events"); // has its state in the socket and does not read it
  await eventually(() => it.log.followers === 4);
  it.deps.stop();
  assertEquals(it.log.followers, 0);
  const ends = Promise.all(readers.map((reader) => reader.until()));
  let isShut = false;
  const shut = server.server.shutdown({ deadlineMs: 60_000 }).then((finished) => {
    isShut = true;
    return finished;
  });
  assertEquals(await ends, [[], [], []]);
  assertEquals([await shut, isShut], [true, true]);
  assertEquals(silent.remoteAddr.transport, "tcp");
});

Deno.test("a stream of a service that stops tells the state and ends", async () => {
  const it = eventClient();
  const taskId = await it.task();
  it.deps.stop();
  for (const path of [`/api/tasks/${taskId}/events`, "/api/events"]) {
    await using reader = await it.follow(path);
    assertEquals((await reader.until()).length, 1);
  }
  assertEquals(it.log.followers, 0);
});
