import { assert, assertEquals } from "@std/assert";
import { lacksNamespaces } from "../needs.ts";
import { inNamespace } from "./namespace.ts";
import type { Vector } from "./vectors.ts";

export interface ServiceReport {
  way: string;
  seconds: number;
  /** Connections to the canary. */
  visits: number;
  /** What became of the vectors, where the way tells. */
  ends: (Pick<Vector, "id" | "expect" | "policy"> & { end: string })[];
  /** Connections to an address that is not public, or to a port that is not to be used. */
  wrong: string[];
  /** Connections to ports nobody listens on. */
  refused: number;
  /** Good URLs that nobody asked for, of a way that asks for them. */
  missed: string[];
}

/** Well is how these may end though they are hostile: a page whose meta refresh nobody follows, a name that turns later. */
const MAY_COMPLETE = ["redirect-17", "dns-17"];

Deno.test({
  name: "the service connects to no address that is not public on any way in, and reaches all that are",
  ignore: lacksNamespaces(),
  fn: async () => {
    const reports = await inNamespace<ServiceReport>(new URL("./service_probe.ts", import.meta.url));
    assert(reports.length > 20, `${reports.length} ways in`);
    const told = (of: (report: ServiceReport) => unknown[]) =>
      reports.filter((report) => of(report).length > 0).map((report) => [report.way, ...of(report)]);
    assertEquals(told(({ wrong }) => wrong), []);
    assertEquals(told(({ refused }) => refused > 0 ? [refused] : []), []);
    assertEquals(told(({ missed }) => missed), []);
    assertEquals(
      told(({ ends }) => ends.filter((end) => !isRight(end)).map(({ id, end }) => `${id} ${end}`)),
      [],
    );
  },
});

function isRight({ id, expect, policy, end }: ServiceReport["ends"][number]): boolean {
  if (policy === "ipv6") return end !== "completed"; // the fetcher is IPv4-only by design
  if (expect === "allow") return end === "completed";
  return end !== "completed" || MAY_COMPLETE.includes(id);
}
