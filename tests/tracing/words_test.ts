import { assertEquals } from "@std/assert";
import { InterruptedError, ServiceError, TaskError } from "../../src/platform/errors.ts";
import { errorTypeOf, rooted, traced, tracer, urlAttribute } from "../../src/platform/tracing/mod.ts";
import { readTraceparent, writeTraceparent } from "../../src/platform/tracing/traceparent.ts";

Deno.test("urlAttribute() keeps where it leads and takes out what may be a secret", () => {
  const cases = {
    "https://example.com/a%20b?q=1&key=s%26x&flag#frag":
      "https://example.com/a%20b?q=REDACTED&key=REDACTED&flag=REDACTED",
    "https://user:pass@example.com:8443/": "https://example.com:8443/",
    "https://example.com/?": "https://example.com/",
    "http://[::1]:80/x?a=b=c": "http://[::1]/x?a=REDACTED",
    "no url": "[no URL]",
  };
  for (const [given, wanted] of Object.entries(cases)) assertEquals(urlAttribute(given), wanted);
  assertEquals(urlAttribute(`https://example.com/${"x".repeat(9999)}`).length, 2048);
});

Deno.test("readTraceparent() takes what W3C calls one of version 00, and nothing else", () => {
  const text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const place = readTraceparent(text)!;
  assertEquals(place, {
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId: "00f067aa0ba902b7",
    traceFlags: 1,
  });
  assertEquals(writeTraceparent(place), text);
  for (
    const wrong of [
      "",
      text.toUpperCase(),
      `${text}-x`,
      text.replace("00-", "01-"),
      text.replace("00-", "ff-"),
      `00-${"0".repeat(32)}-00f067aa0ba902b7-01`,
      `00-4bf92f3577b34da6a3ce929d0e0e4736-${"0".repeat(16)}-01`,
      `${text}\n`,
    ]
  ) {
    assertEquals(readTraceparent(wrong), undefined, wrong);
  }
});

Deno.test("without traces there is no tracer, and work is done as it is", async () => {
  assertEquals(tracer(), undefined);
  assertEquals(await traced("x", {}, (span) => Promise.resolve([span])), [undefined]);
  assertEquals(rooted(() => 5), 5);
});

Deno.test("errorTypeOf() is a code or a class, never a text", () => {
  assertEquals(errorTypeOf(new TaskError("dns", "no such host")), "dns");
  assertEquals(errorTypeOf(new ServiceError("queue_full", "full")), "queue_full");
  assertEquals(errorTypeOf(new InterruptedError("stopping")), "interrupted");
  assertEquals(errorTypeOf(new RangeError("secret")), "RangeError");
  assertEquals(errorTypeOf("secret"), "error");
});
