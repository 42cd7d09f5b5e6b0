import { urlKey } from "../platform/url_key.ts";

/**
 * What two addresses of one document share: `urlKey`, and `www.` made no difference of, which names the same site to
 * everybody but a resolver. What is no address is its own key.
 */
export function addressKey(url: string): string {
  return URL.canParse(url) ? urlKey(new URL(url)).replace(/^([a-z]+:\/\/)www\.(?=[^/]*\.)/, "$1") : url;
}
