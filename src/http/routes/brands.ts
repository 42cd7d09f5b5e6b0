import { createRoute, z } from "@hono/zod-openapi";
import { isOfBrand, readProfile } from "../../brands/mod.ts";
import type { BrandFile, BrandProfile } from "../../brands/port.ts";
import { ServiceError } from "../../platform/errors.ts";
import { missingFields, previewInput, withDefaults } from "../brand_preview.ts";
import type { HttpApp } from "../context.ts";
import { crawlRequestOf } from "../crawl_request.ts";
import type { HttpDeps } from "../deps.ts";
import { acceptOptionsOf } from "../idempotency.ts";
import { replyAccepted, replyJson } from "../reply.ts";
import {
  brandBody,
  brandCrawl,
  brandList,
  brandListBody,
  brandName,
  brandSchema,
  newPreview,
  previewBody,
} from "../schemas/brand.ts";
import { idempotencyKey } from "../schemas/common.ts";
import { acceptedCrawl } from "../schemas/crawl.ts";
import { problems } from "../schemas/problem.ts";
import { urlFault } from "../schemas/scrape.ts";
import { waitedTask } from "../waited_task.ts";
import { startOnce } from "./crawls.ts";
import { refuseWhenStopping } from "./intake.ts";
import { addRoute, jsonAnswer, jsonRequest, optionalJsonRequest, type ReadJson } from "./route.ts";
import { badUrls, urlRefusal } from "./url_check.ts";

const tags = ["brands"];
const params = z.object({ brand: brandName });
const path = "/api/brands/{brand}";

/** Brand profiles: shown, tried on a page, crawled by. They are written as files, not through here. */
export function brandRoutes(app: HttpApp, deps: HttpDeps, readJson: ReadJson): void {
  const { brands, config } = deps;

  /** @throws {ServiceError} not_found */
  const fileOf = (brand: string): BrandFile => {
    const file = brands.get(brand);
    if (file === undefined) throw new ServiceError("not_found", `There is no brand ${brand}`);
    return file;
  };
  /** @throws {ServiceError} not_found; conflict: its file was never right */
  const profileOf = (brand: string): BrandProfile => {
    const { profile, file } = fileOf(brand);
    if (profile !== undefined) return profile;
    throw new ServiceError("conflict", `The profile ${file} has errors, and no earlier one is in force`);
  };

  addRoute(
    app,
    createRoute({
      method: "get",
      path: "/api/brands",
      tags,
      summary: "The brands that have a profile",
      description: "One file of BRANDS_DIR each; read again whenever it changes.",
      responses: { 200: jsonAnswer("The brands, by file", brandList) },
    }),
    (c) => replyJson(c, brandListBody(brands.list())),
  );

  addRoute(
    app,
    createRoute({
      method: "get",
      path,
      tags,
      summary: "One brand's profile, and what is wrong with its file",
      description:
        "The profile in force, credentials hidden; where the file has errors, the profile of before stays in force.",
      request: { params },
      responses: { 200: jsonAnswer("The brand", brandSchema), ...problems(["not_found"]) },
    }),
    (c) => replyJson(c, brandBody(fileOf(c.req.valid("param").brand))),
  );

  addRoute(
    app,
    createRoute({
      method: "post",
      path: `${path}/preview`,
      tags,
      summary: "Try a profile on a page",
      description:
        "Scrapes the page anew with the profile in force, or with one in the request that need not be saved, and tells " +
        "of each field that found nothing how its selectors fared. Nothing is kept.",
      request: { params, body: jsonRequest(newPreview(config.SCRAPE_TIMEOUT_MS)) },
      responses: {
        200: jsonAnswer("What the profile reads off the page", previewBody),
        ...problems([
          "not_found",
          "conflict",
          "blocked_address",
          "invalid_request",
          "scrape_failed",
          "deadline_exceeded",
          "queue_full",
          "unavailable",
          "storage_full",
        ]),
      },
    }),
    async (c) => {
      refuseWhenStopping(deps);
      const { brand } = c.req.valid("param");
      const body = c.req.valid("json");
      const profile = body.profile === undefined ? profileOf(brand) : givenProfile(brand, body.profile);
      deps.checkUrl(body.url);
      const fault = urlFault(body.url) ??
        (isOfBrand(profile, body.url)
          ? undefined
          : `must be of a host of the profile: ${profile.hosts.join(", ")}`);
      if (fault !== undefined) throw refusal([{ path: "url", message: fault }]);
      const task = await waitedTask(
        c,
        deps,
        { type: "scrape", input: previewInput(profile, body), tags: ["preview"] },
        body.deadline_ms,
      );
      const { json, fields: found, next_url, ...result } = JSON.parse(task.resultJson ?? "{}");
      const { fields = {} } = profile;
      const values = found ?? {};
      return replyJson(c, {
        task_id: task.id,
        brand,
        saved: body.profile === undefined,
        url: result.url,
        final_url: result.final_url,
        fields: withDefaults(fields, values),
        missing: missingFields(fields, values, json ?? {}),
        next_url: next_url ?? null,
        result,
      });
    },
    readJson,
  );

  addRoute(
    app,
    createRoute({
      method: "post",
      path: `${path}/crawl`,
      tags,
      summary: "Crawl a brand by its profile",
      description:
        "From the profile's start pages, with its limits and patterns; what the request names wins. The same as " +
        "`POST /api/crawl` with the brand and no start pages.",
      parameters: [idempotencyKey],
      request: { params, body: optionalJsonRequest(brandCrawl(config.CRAWL_MAX_PAGES)) },
      responses: {
        202: jsonAnswer("Accepted; `Location` is the crawl", acceptedCrawl),
        ...problems([
          "not_found",
          "conflict",
          "blocked_address",
          "invalid_request",
          "queue_full",
          "unavailable",
          "storage_full",
        ]),
      },
    }),
    async (c) => {
      refuseWhenStopping(deps);
      const { brand } = c.req.valid("param");
      const profile = profileOf(brand);
      const request = crawlRequestOf({ ...c.req.valid("json"), brand }, profile, config.CRAWL_MAX_PAGES);
      const bad = await badUrls(request.startUrls, deps.checkUrl, urlFault);
      if (bad.length > 0) {
        throw urlRefusal(bad, request.startUrls.length, { pathOf: (index) => `start_urls.${index}` });
      }
      const { crawlId, replayed } = await startOnce(deps, request, acceptOptionsOf(c));
      return replyAccepted(c, { crawl_id: crawlId, status: "running" }, {
        location: `/api/crawl/${crawlId}`,
        replayed,
      });
    },
    readJson,
  );
}

/** @throws {ServiceError} invalid_request: each error with its line and column in the text */
function givenProfile(brand: string, text: string): BrandProfile {
  const read = readProfile(text);
  if ("errors" in read) {
    throw refusal(read.errors.map(({ line, column, path, message }) => ({
      path: path === "" ? "profile" : `profile.${path}`,
      message: `line ${line}, column ${column}: ${message}`,
    })));
  }
  if (read.profile.brand === brand) return read.profile;
  const { line, column } = read.placeOf(["brand"]);
  throw refusal([{
    path: "profile.brand",
    message: `line ${line}, column ${column}: must be the brand of the address, "${brand}"`,
  }]);
}

function refusal(fields: { path: string; message: string }[]): ServiceError {
  const [first] = fields;
  const more = fields.length > 1 ? ` (and ${fields.length - 1} more)` : "";
  return new ServiceError(
    "invalid_request",
    `The request is not valid: ${first!.path}: ${first!.message}${more}`,
    {
      fields,
    },
  );
}
