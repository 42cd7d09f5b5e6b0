/** An answer of the service that is not what was asked for: an RFC 9457 problem, or no answer at all. */
export class Problem extends Error {
  override readonly name = "Problem";
  /** HTTP status; 0 where the service could not be reached. */
  readonly status: number;
  /** Stable code of the service; `offline` where it could not be reached. */
  readonly code: string;
  readonly title: string;
  readonly requestId: string | undefined;
  readonly fields: readonly { path: string; message: string }[];

  constructor(
    about: {
      status: number;
      code: string;
      title: string;
      detail: string;
      requestId?: string;
      fields?: readonly { path: string; message: string }[];
    },
  ) {
    super(about.detail);
    this.status = about.status;
    this.code = about.code;
    this.title = about.title;
    this.requestId = about.requestId;
    this.fields = about.fields ?? [];
  }
}

interface ProblemDocument {
  title?: string;
  detail?: string;
  code?: string;
  request_id?: string;
  errors?: { path: string; message: string }[];
}

/** The problem an answer tells of. */
export async function problemOf(response: Response): Promise<Problem> {
  let document: ProblemDocument = {};
  try {
    document = await response.json();
  } catch {
    // a proxy's page: the status must do
  }
  return new Problem({
    status: response.status,
    code: document.code ?? `http_${response.status}`,
    title: document.title ?? `The service answered ${response.status}`,
    detail: document.detail ?? response.statusText,
    requestId: document.request_id ?? response.headers.get("x-request-id") ?? undefined,
    fields: document.errors,
  });
}

export function offlineProblem(): Problem {
  return new Problem({
    status: 0,
    code: "offline",
    title: "The service cannot be reached",
    detail: "There is no connection to it now. What you see is from before.",
  });
}
