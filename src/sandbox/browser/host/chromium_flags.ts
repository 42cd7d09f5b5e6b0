export interface FlagOptions {
  profile: string;
  userAgent: string;
  /** Where everything goes that no page's own proxy takes: it lets nothing through. */
  deadEnd: string;
  heapMb: number;
  /** Chromium refuses to sandbox its pages when root starts it. */
  isRoot: boolean;
}

/** Parts of Chromium that speak to the network of their own accord, or start processes that a page has no use for. */
const FEATURES_OFF = [
  // Pages never share a browser context here, so a process a page is what isolates strangers from each other.
  "IsolateOrigins",
  "site-per-process",
  "IsolateSandboxedIframes",
  "AsyncDns",
  "AutofillServerCommunication",
  "BackForwardCache",
  "CertificateTransparencyComponentUpdater",
  "DialMediaRouteProvider",
  "DnsOverHttps",
  // A page asked for by http is meant by http.
  "HttpsFirstBalancedMode",
  "HttpsFirstBalancedModeAutoEnable",
  "HttpsUpgrades",
  "InterestFeedContentSuggestions",
  "MediaRouter",
  "OptimizationHints",
  "PaintHolding",
  "Prerender2",
  "SegmentationPlatform",
  "SpareRendererForSitePerProcess",
  "Translate",
  "WebOTP",
];

/** The whole command line of Chromium; nothing of a launcher's own defaults. */
export function chromiumFlags({ profile, userAgent, deadEnd, heapMb, isRoot }: FlagOptions): string[] {
  return [
    "--headless",
    "--remote-debugging-pipe",
    `--user-data-dir=${profile}`,
    `--user-agent=${userAgent}`,
    // Nothing goes round the proxy: no bypass for loopback, no name resolved here, no UDP.
    `--proxy-server=${deadEnd}`,
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-quic",
    "--dns-prefetch-disable",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-background-networking",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-component-extensions-with-background-pages",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-field-trial-config",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-pings",
    "--no-service-autorun",
    "--safebrowsing-disable-auto-update",
    // Nobody sits before it.
    "--deny-permission-prompts",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-notifications",
    "--disable-prompt-on-repost",
    "--disable-search-engine-choice-screen",
    "--disable-speech-api",
    "--hide-scrollbars",
    "--mute-audio",
    "--no-default-browser-check",
    "--no-first-run",
    "--password-store=basic",
    "--use-mock-keychain",
    "--disable-gpu",
    "--disable-3d-apis",
    "--disable-dev-shm-usage",
    "--disable-site-isolation-trials",
    // Pages in the background are all there are.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    `--disable-features=${FEATURES_OFF.join(",")}`,
    `--js-flags=--max-old-space-size=${heapMb}`,
    ...(isRoot ? ["--no-sandbox"] : []),
    "about:blank",
  ];
}
