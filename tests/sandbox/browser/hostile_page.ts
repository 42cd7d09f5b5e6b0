/** Where a page should never get: every way to write this machine and its neighbours, and names that lead there. */
export const PRIVATE_HOSTS = [
  "127.0.0.1",
  "127.0.0.1:8080",
  "127.0.0.1:6379",
  "127.0.0.1:9222",
  "localhost",
  "[::1]",
  "0.0.0.0",
  "2130706433",
  "0x7f.1",
  "[::ffff:127.0.0.1]",
  "[::ffff:a9fe:a9fe]",
  "[64:ff9b::7f00:1]",
  "[fd00::1]",
  "169.254.169.254",
  "10.0.0.1",
  "172.16.0.1",
  "192.168.1.1",
  "100.64.0.1",
  "metadata.google.internal",
  "inside.test",
  "mixed.test",
  "rebind.test",
];

/** Names that lead where they should not; `rebind.test` is public the first time and at home from then on. */
export const NAMES = {
  "inside.test": { A: ["10.0.0.1"], AAAA: [] },
  "mixed.test": { A: ["93.184.216.34", "10.0.0.1"], AAAA: [] },
  "rebind.test": { A: ["93.184.216.34"], AAAA: [], then: ["127.0.0.1"], then6: ["::1"] },
};

/** Scripts of the page, each tried for each host: all the ways a page has to make a browser ask somebody. */
const WAYS = `
  const add = (tag, props, where = document.body) => {
    const e = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) e.setAttribute(name, value);
    where.append(e);
    return e;
  };
  const attempt = (way) => { try { Promise.resolve(way()).catch(() => {}); } catch {} };
  const inWorker = (code) => new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  const visit = (host) => {
    const url = "http://" + host + "/";
    for (const way of [
      () => add("img", { src: url + "img" }),
      () => add("img", { srcset: url + "srcset 1x" }),
      () => add("script", { src: url + "a.js" }),
      () => add("script", { src: url + "m.js", type: "module" }),
      () => add("iframe", { src: url + "frame" }),
      () => add("iframe", { src: "/refresh?to=" + url + "refreshed" }),
      () => add("iframe", { srcdoc: "<img src=" + url + "srcdoc>" }),
      () => add("object", { data: url + "object" }),
      () => add("embed", { src: url + "embed" }),
      () => add("video", { src: url + "video", autoplay: "" }),
      () => add("audio", { src: url + "audio", autoplay: "" }),
      () => add("link", { rel: "stylesheet", href: url + "css" }),
      () => add("link", { rel: "prefetch", href: url + "prefetch" }),
      () => add("link", { rel: "prerender", href: url + "prerender" }),
      () => add("link", { rel: "preconnect", href: url }),
      () => add("link", { rel: "dns-prefetch", href: url }),
      () => add("link", { rel: "modulepreload", href: url + "mp.js" }),
      () => add("link", { rel: "preload", as: "fetch", href: url + "preload" }),
      () => add("link", { rel: "icon", href: url + "icon.png" }),
      () => add("link", { rel: "manifest", href: url + "manifest" }),
      () => add("div", { style: "background:url(" + url + "background);width:9px;height:9px" }),
      () => add("style", {}).textContent = "@import '" + url + "import';@font-face{font-family:x" + host.length +
        ";src:url(" + url + "font)}",
      () => fetch(url + "fetch", { mode: "no-cors" }),
      () => fetch("/r?to=" + url + "redirected"),
      () => fetch(url + "post", { method: "POST", mode: "no-cors", body: "x" }),
      () => { const x = new XMLHttpRequest(); x.open("GET", url + "xhr"); x.send(); },
      () => navigator.sendBeacon(url + "beacon", "x"),
      () => new WebSocket("ws://" + host + "/ws"),
      () => new WebSocket("wss://" + host + "/wss"),
      () => new EventSource(url + "events"),
      () => fetch("https://" + host + "/https", { mode: "no-cors" }),
      () => inWorker("fetch('" + url + "worker',{mode:'no-cors'});new WebSocket('ws://" + host + "/w')"),
      () => inWorker("importScripts('" + url + "imported.js')"),
      () => new SharedWorker("data:text/javascript,fetch('" + url + "shared',{mode:'no-cors'})"),
      () => navigator.serviceWorker.register("/sw.js"),
      () => window.open(url + "popup"),
      () => {
        const name = "f" + Math.random();
        add("iframe", { name });
        add("form", { action: url + "form", method: "post", target: name }).submit();
      },
      () => add("a", { href: url + "ping", ping: url + "pinged" }).click(),
      () => add("a", { href: url + "download", download: "x" }).click(),
      () => {
        const bare = host.replace(/:\\d+$/, "");
        const servers = ["stun:", "turn:"].flatMap((kind) => ["", "?transport=tcp"].map((transport) => ({
          urls: kind + bare + ":3478" + (kind === "turn:" ? transport : ""), username: "u", credential: "p",
        })));
        for (const scope of [window, add("iframe", {}).contentWindow]) {
          const rtc = new scope.RTCPeerConnection({ iceServers: servers });
          rtc.createDataChannel("x");
          rtc.createOffer().then((offer) => rtc.setLocalDescription(offer));
        }
      },
      () => new WebTransport("https://" + host + ":443/wt"),
      () => add("script", { type: "speculationrules" }).textContent =
        JSON.stringify({ prefetch: [{ urls: [url + "sp"] }], prerender: [{ urls: [url + "spr"] }] }),
    ]) attempt(way);
  };`;

/** A page that tries every way for `hosts`. Clicks on links go to a frame of its own, so it stays itself. */
export function hostilePage(hosts: readonly string[]): string {
  return `<!doctype html><base target=elsewhere><body><p>hostile<script>${WAYS}
    for (const host of ${JSON.stringify(hosts)}) visit(host);
  </script>`;
}
