import type { paths } from "./api_types.ts";

type Verb = "get" | "post" | "put" | "patch" | "delete";

/** A route as the OpenAPI document has it: `GET /api/tasks/{task_id}`. */
export type Route = {
  [P in keyof paths & string]: {
    [V in Verb]: [NonNullable<paths[P][V]>] extends [never] ? never : `${Uppercase<V>} ${P}`;
  }[Verb];
}[keyof paths & string];

type Operation<R extends Route> = R extends `${infer V} ${infer P}`
  ? P extends keyof paths ? Lowercase<V> extends keyof paths[P] ? NonNullable<paths[P][Lowercase<V>]> : never
  : never
  : never;

type Parameters<R extends Route, Place extends "path" | "query"> = Operation<R> extends
  { parameters: infer P } ? P[Place & keyof P] : never;

type JsonOf<T> = T extends { content: { "application/json": infer J } } ? J : never;

type Body<R extends Route> = Operation<R> extends { requestBody: infer B } ? JsonOf<B>
  : Operation<R> extends { requestBody?: infer B } ? JsonOf<B> | undefined
  : undefined;

/** A field that must be given, may be, or is not there at all. */
type Field<Name extends string, T> = [Exclude<T, undefined>] extends [never] ? { [K in Name]?: undefined }
  : undefined extends T ? { [K in Name]?: Exclude<T, undefined> }
  : { [K in Name]: T };

/** What a route takes: the names in its path, its query and its JSON body. */
export type RouteInput<R extends Route> =
  & Field<"path", Parameters<R, "path">>
  & Field<"query", Parameters<R, "query">>
  & Field<"body", Body<R>>;

type Answers<R extends Route> = Operation<R> extends { responses: infer A } ? A : never;

/** The JSON a route answers where all is well. */
export type RouteAnswer<R extends Route> = {
  [Status in keyof Answers<R>]: JsonOf<Answers<R>[Status]>;
}[keyof Answers<R>];

/** The query of a route. */
export type RouteQuery<R extends Route> = NonNullable<Parameters<R, "query">>;

/** Path and query below the service's address, with the names in it filled in. */
export function pathOf(
  pattern: string,
  names: Record<string, unknown> = {},
  query: Record<string, unknown> = {},
): string {
  const path = pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = names[name];
    if (value === undefined || value === "") {
      throw new TypeError(`Cannot ask for ${pattern} as '${name}' must be given: current value is ${value}`);
    }
    return encodeURIComponent(String(value));
  });
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined) search.append(name, String(each));
    }
  }
  return search.size === 0 ? path : `${path}?${search}`;
}
