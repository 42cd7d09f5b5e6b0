import { Link } from "../../child/link.ts";
import type { BrowserHello, FromBrowserHost, ToBrowserHost } from "../protocol.ts";
import { serveBrowser } from "./serve.ts";

/** The composition root of the process that holds Chromium. It may start that one program and write its profile. */
await serveBrowser(new Link<ToBrowserHost, FromBrowserHost, BrowserHello>());
