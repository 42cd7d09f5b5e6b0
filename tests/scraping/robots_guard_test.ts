import { assertEquals, assertRejects } from "@std/assert";
import { TaskError } from "../../src/platform/errors.ts";
import { RobotsGuard } from "../../src/scraping/mod.ts";
import { type FakeAnswer, FakeServices, FakeWeb, settings } from "./fake_deps.ts";

const ORIGIN = "https://a.example";
const rules = (text: string): FakeAnswer => ({ body: text, headers: { "content-type": "text/plain" } });
const budget = () => ({ deadlineMs: Date.now() + 5000 });

/** A site whose robots.txt can change, seen by a new worker at each check: nothing is in its memory. */
function origin(first: FakeAnswer, more: Record<string, FakeAnswer> = {}) {
  const state = { answer: first };
  const web = new FakeWeb({ [`${ORIGIN}/robots.txt`]: () => state.answer, ...more });
  const services = new FakeServices();
  const check = async (path: string) => {
    const guard = new RobotsGuard({ sandbox: web.sandbox, services, settings });
    try {
      await guard.check(new URL(path, ORIGIN), budget());
      return "allowed";
    } catch (error) {
      if (!(error instanceof TaskError)) throw error;
      return error.retryable ? `${error.code}, for now` : error.code;
    }
  };
  const age = (s: number) => {
    for (const entry of services.cache.values()) {
      entry.storedMs -= s * 1000;
      entry.freshUntilMs -= s * 1000;
    }
  };
  return { state, web, services, check, age, [Symbol.dispose]: () => services[Symbol.dispose]() };
}

const ANSWERS: [string, FakeAnswer, string][] = [
  ["404", { status: 404 }, "allowed"],
  ["401", { status: 401 }, "allowed"],
  ["403", { status: 403 }, "allowed"],
  ["410", { status: 410 }, "allowed"],
  ["429", { status: 429 }, "robots_denied, for now"],
  ["500", { status: 500 }, "robots_denied, for now"],
  ["503", { status: 503 }, "robots_denied, for now"],
  ["a garbled body", { error: new TaskError("unsupported_content", "bad gzip") }, "allowed"],
  ["headers without end", { error: new TaskError("too_large", "headers") }, "allowed"],
  ["no answer", { error: new TaskError("timeout", "late") }, "robots_denied, for now"],
  ["a dead host", { error: new TaskError("connect", "refused") }, "connect, for now"],
  ["an empty file", rules(""), "allowed"],
  ["HTML", { body: "<html><p>Not found</p>" }, "allowed"],
];
for (const [name, answer, expected] of ANSWERS) {
  Deno.test(`robots.txt: ${name} means ${expected}`, async () => {
    using it = origin(answer);
    assertEquals(await it.check("/p"), expected);
    assertEquals([it.services.held, it.web.bodies], [0, 0]);
  });
}

Deno.test("robots.txt is followed over five redirects, to other hosts too, and given up at the sixth", async () => {
  const hop = (to: string) => ({ status: 301, headers: { location: to } });
  const chain = (length: number) =>
    Object.fromEntries(Array.from({ length }, (_, i) => [
      `https://b.example/${i}`,
      i === length - 1 ? rules("User-agent: *\nDisallow: /") : hop(`https://b.example/${i + 1}`),
    ]));
  using five = origin(hop("https://b.example/0"), chain(5));
  assertEquals(await five.check("/p"), "robots_denied");
  using six = origin(hop("https://b.example/0"), chain(6));
  assertEquals(await six.check("/p"), "allowed");
  assertEquals(six.web.requests.length, 6);
  using inside = origin(hop("http://127.0.0.1/robots.txt"));
  assertEquals([await inside.check("/p"), inside.web.requests.length], ["allowed", 1]);
});

Deno.test("the last good robots.txt counts while the site cannot be asked, for thirty days", async () => {
  using it = origin(rules("User-agent: *\nDisallow: /secret"));
  assertEquals([await it.check("/p"), await it.check("/secret")], ["allowed", "robots_denied"]);
  assertEquals(it.web.requests.length, 1);
  for (const down of [{ status: 503 }, { error: new TaskError("connect", "refused") }] as FakeAnswer[]) {
    it.state.answer = down;
    it.services.cache.delete(`robots-down:${ORIGIN}`);
    it.age(settings.robotsMaxAgeS);
    const before = it.web.requests.length;
    assertEquals([await it.check("/p"), await it.check("/secret")], ["allowed", "robots_denied"]);
    // A 503 is remembered for a minute, a host that is not there is found out each time.
    assertEquals(it.web.requests.length - before, down.status === 503 ? 1 : 2);
  }
  it.state.answer = { status: 503 };
  it.age(30 * 86_400);
  assertEquals(await it.check("/p"), "robots_denied, for now");
  it.state.answer = rules("User-agent: *\nDisallow: /p");
  it.age(61);
  assertEquals([await it.check("/p"), await it.check("/secret")], ["robots_denied", "allowed"]);
});

Deno.test("a robots.txt that answers 503 slows its host like any page, and is asked for again after a minute", async () => {
  using it = origin({ status: 503, headers: { "retry-after": "9" } });
  assertEquals(await it.check("/p"), "robots_denied, for now");
  assertEquals(it.services.feedback[0], { outcome: "refused", backoffMs: 9000 });
  assertEquals([await it.check("/p"), it.web.requests.length], ["robots_denied, for now", 1]);
  const guard = new RobotsGuard({ sandbox: it.web.sandbox, services: it.services, settings });
  const error = await assertRejects(() => guard.check(new URL(ORIGIN), budget()), TaskError);
  assertEquals(error.retryAfterS, 60);
});
