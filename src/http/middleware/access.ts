import { isPageRequest } from "../../dashboard/mod.ts";
import { ServiceError } from "../../platform/errors.ts";
import { sessionIdOf } from "../session/cookie.ts";
import { isOwnOrigin } from "../session/own_origin.ts";
import type { Sessions } from "../session/sessions.ts";
import type { ApiKeys } from "./api_keys.ts";

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/** Who may ask what where API keys are set: a key opens everything, a session does for the page that has it. */
export class Access {
  readonly keys: ApiKeys;
  readonly sessions: Sessions;

  constructor(keys: ApiKeys, sessions: Sessions) {
    this.keys = keys;
    this.sessions = sessions;
  }

  /** Why a request is refused, or undefined. A key in a header is looked at first: it costs programs nothing more. */
  check(request: Request, path: string): ServiceError | undefined {
    const refused = this.keys.check(request.headers, path);
    if (refused === undefined) return undefined;
    if (isPageRequest(request, path)) return undefined; // the page is where one signs in
    const id = sessionIdOf(request.headers);
    if (id === undefined || !this.sessions.use(id)) return refused;
    // The cookie comes by itself, whoever made the browser ask: what changes something must come from our own page.
    if (SAFE_METHODS.has(request.method) || isOwnOrigin(request)) return undefined;
    return new ServiceError(
      "forbidden",
      "A session changes things only from this service's own pages: send an API key instead",
    );
  }
}
